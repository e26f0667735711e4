//! Invented people: names, birthdays and regions from a seeded generator. Any likeness is chance.

use huzhu_app::person::Person;
use huzhu_domain::claim::Sex;
use huzhu_domain::time::{Day, plus_days};
use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;

const FAMILY: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢",
];
const GIVEN_WOMEN: [&str; 20] = [
    "秀英", "丽", "敏", "静", "芳", "娜", "秀兰", "燕", "玲", "桂英", "丹", "萍", "红", "玉兰", "雪梅",
    "婷婷", "佳怡", "思雨", "欣妍", "梦琪",
];
const GIVEN_MEN: [&str; 20] = [
    "伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "超", "明", "刚", "平", "辉", "建国", "志强", "浩然",
    "子轩", "宇航", "俊杰", "文博",
];
const REGIONS: [&str; 12] =
    ["浙江", "江苏", "四川", "河南", "山东", "广东", "湖北", "安徽", "陕西", "云南", "甘肃", "辽宁"];

/// Days in a year for birthdays; the leap day is as likely as any other in the long run.
const DAYS_A_YEAR: i64 = 365;

/// Somebody of an age in completed years on `today`; `number` makes the identity number unique.
pub(crate) fn person(rng: &mut ChaCha20Rng, age: i64, today: Day, number: u64) -> Person {
    let sex = if rng.random_bool(0.5) { Sex::Female } else { Sex::Male };
    let given = match sex {
        Sex::Female => pick(rng, &GIVEN_WOMEN),
        Sex::Male => pick(rng, &GIVEN_MEN),
    };
    let since_birthday = rng.random_range(31..DAYS_A_YEAR);
    let years = i16::try_from(age).unwrap_or_default();
    let birthday = today.year().checked_sub(years).and_then(|year| Day::new(year, today.month(), 1).ok());
    Person {
        name: format!("{}{given}", pick(rng, &FAMILY)),
        identity_number: format!("DEMO{number:08}X"),
        birth: plus_days(birthday.unwrap_or(today), -since_birthday),
        sex: Some(sex),
        region: pick(rng, &REGIONS).to_owned(),
    }
}

/// An age in completed years, roughly as on a large platform: few children, most between 20 and 50.
pub(crate) fn age(rng: &mut ChaCha20Rng) -> i64 {
    let group = rng.random_range(0..100);
    match group {
        0..8 => rng.random_range(0..18),
        8..40 => rng.random_range(18..30),
        40..68 => rng.random_range(30..40),
        68..88 => rng.random_range(40..50),
        _ => rng.random_range(50..59),
    }
}

fn pick<'a>(rng: &mut ChaCha20Rng, list: &[&'a str]) -> &'a str {
    list.get(rng.random_range(0..list.len())).copied().unwrap_or_default()
}
