//! One row per call of the API: the row makes the route and its part of the `OpenAPI` document, so that the two never differ.
//!
//! Shape: [`Op`] describes a call, [`Table::add`] takes it with its handler. Path parameters follow from the template.
//! Problems that every call can answer are added here, once.

use std::collections::BTreeMap;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathItemBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Ref, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

use crate::edge::{Edge, KEY_BYTES_MAX};
use crate::problem::ProblemBody;
use crate::wire;

/// Collects the schemas that the types of the calls refer to.
type Schemas = Vec<(String, RefOr<Schema>)>;

/// Media types that evidence may be sent as; the type itself is read from the content.
pub(crate) const EVIDENCE_MEDIA: [&str; 6] = [
    "application/octet-stream",
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/heic",
    "application/dicom",
];

/// What is known of one call.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a call, each set by a verb of its own"
)]
pub(crate) struct Op {
    tag: &'static str,
    id: String,
    summary: &'static str,
    description: String,
    public: bool,
    keyed: bool,
    tagged: bool,
    paged: bool,
    /// Parameters of the query: name, meaning, pattern.
    asked: Vec<(&'static str, &'static str, &'static str)>,
    tus: bool,
    announces: bool,
    role: &'static str,
    body: Option<Body>,
    status: u16,
    answer: Answer,
    schemas: Schemas,
    /// Schemas of bodies: no further fields are read.
    closed: Schemas,
}

enum Body {
    Json(Box<RefOr<Schema>>, serde_json::Value),
    File,
    Part,
}

enum Answer {
    Nothing,
    Json(Box<RefOr<Schema>>),
    Text(&'static str),
    File,
}

impl Op {
    /// A call for signed-in members that answers 200.
    pub(crate) fn new(tag: &'static str, id: impl Into<String>, summary: &'static str) -> Self {
        Self {
            tag,
            id: id.into(),
            summary,
            description: String::new(),
            public: false,
            keyed: false,
            tagged: false,
            paged: false,
            asked: Vec::new(),
            tus: false,
            announces: false,
            role: "",
            body: None,
            status: 200,
            answer: Answer::Nothing,
            schemas: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// What else there is to know.
    pub(crate) fn says(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// Everybody may.
    pub(crate) const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// One of these roles is needed.
    pub(crate) const fn role(mut self, role: &'static str) -> Self {
        self.role = role;
        self
    }

    /// Rules can say no (409), and an idempotency key makes a retry harmless.
    pub(crate) const fn verb(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// The answer carries an `ETag`, and the request may carry `If-Match`.
    pub(crate) const fn tagged(mut self) -> Self {
        self.tagged = true;
        self
    }

    /// A list in pages.
    pub(crate) const fn paged(mut self) -> Self {
        self.paged = true;
        self
    }

    /// A parameter of the query that may be left out.
    pub(crate) fn asks(mut self, name: &'static str, text: &'static str, pattern: &'static str) -> Self {
        self.asked.push((name, text, pattern));
        self
    }

    /// The JSON body, with an example.
    pub(crate) fn takes<T: ToSchema>(mut self, example: serde_json::Value) -> Self {
        self.body = Some(Body::Json(Box::new(reference::<T>(&mut self.closed)), example));
        self
    }

    /// The body is a file.
    pub(crate) fn takes_file(mut self) -> Self {
        self.body = Some(Body::File);
        self
    }

    /// Speaks tus 1.0.0, and says so in a header.
    pub(crate) const fn tus(mut self) -> Self {
        self.tus = true;
        self
    }

    /// The length of what will come stands in a header.
    pub(crate) const fn announces(mut self) -> Self {
        self.announces = true;
        self
    }

    /// The body is bytes at an offset, which stands in a header.
    pub(crate) fn takes_part(mut self) -> Self {
        self.body = Some(Body::Part);
        self
    }

    /// An answer of headers only.
    pub(crate) const fn answers_empty(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The JSON answer.
    pub(crate) fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        self.status = status;
        self.answer = Answer::Json(Box::new(reference::<T>(&mut self.schemas)));
        self
    }

    /// An empty answer.
    pub(crate) const fn answers_nothing(mut self) -> Self {
        self.status = 204;
        self
    }

    /// A text of this media type.
    pub(crate) fn answers_text(mut self, media: &'static str) -> Self {
        self.answer = Answer::Text(media);
        self
    }

    /// A file of evidence.
    pub(crate) fn answers_file(mut self) -> Self {
        self.answer = Answer::File;
        self
    }

    fn operation(&self, path: &str, safe: bool) -> OperationBuilder {
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .operation_id(Some(self.id.clone()))
            .summary(Some(self.summary));
        let mut description = self.description.clone();
        if !self.role.is_empty() {
            let gap = if description.is_empty() { "" } else { " " };
            description = format!("{description}{gap}Role: {}.", self.role);
        }
        if !description.is_empty() {
            operation = operation.description(Some(description));
        }
        for parameter in self.parameters(path, safe) {
            operation = operation.parameter(parameter);
        }
        if let Some(body) = &self.body {
            operation = operation.request_body(Some(request_body(body)));
        }
        if !self.public {
            operation = operation.security(SecurityRequirement::new("bearer", Vec::<String>::new()));
        }
        operation = operation.response(self.status.to_string(), self.success());
        if matches!(self.answer, Answer::File) {
            operation =
                operation.response("206", self.success().description("The part that `Range` asks for."));
        }
        for (status, text) in self.problems(path) {
            operation =
                operation.response(status.to_string(), Ref::new(format!("#/components/responses/{text}")));
        }
        operation
    }

    fn parameters(&self, path: &str, safe: bool) -> Vec<ParameterBuilder> {
        let mut list: Vec<ParameterBuilder> = names_in(path).map(path_parameter).collect();
        if self.paged {
            let limit = wire::whole_number(1, i64::from(super::request::LIMIT_MAX));
            list.push(query("limit", "Rows at most.", limit));
            let cursor =
                ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]{8,400}$"));
            list.push(query("cursor", "`next` of the page before; opaque.", cursor.into()));
        }
        for (name, text, pattern) in &self.asked {
            let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(*pattern));
            list.push(query(name, text, schema.into()));
        }
        if self.keyed && !safe {
            let key = ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some("^[!-~]+$"))
                .min_length(Some(1))
                .max_length(Some(KEY_BYTES_MAX));
            let text = "Made by the caller, new for each intention. A retry under the same key gets the first answer again.";
            list.push(header("Idempotency-Key", text, key.into()));
        }
        list.extend(self.tus_parameters());
        if matches!(self.answer, Answer::File) {
            // Any text is taken: what is no range asks for the whole file.
            let range = ObjectBuilder::new().schema_type(Type::String);
            list.push(header("Range", "A part of the file (RFC 9110), such as `bytes=1000-`.", range.into()));
        }
        if self.tagged && !safe {
            let text = "`ETag` of what the caller has read; with it, a change by somebody else in between is refused.";
            list.push(header(
                "If-Match",
                text,
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some("^([0-9]{1,18}|\"[0-9]{1,18}\")$"))
                    .into(),
            ));
        }
        list
    }

    fn tus_parameters(&self) -> Vec<ParameterBuilder> {
        let mut list = Vec::new();
        if self.tus {
            let version = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["1.0.0"]));
            let text = "The version of tus that the caller speaks.";
            list.push(header("Tus-Resumable", text, version.into()).required(Required::True));
        }
        if self.announces {
            let text = "Bytes of the whole file.";
            let length = header("Upload-Length", text, wire::whole_number(1, 1_000_000_000_000));
            list.push(length.required(Required::True));
        }
        if matches!(self.body, Some(Body::Part)) {
            let text = "Bytes that are kept, as the caller believes.";
            let offset = header("Upload-Offset", text, wire::whole_number(0, 1_000_000_000_000));
            list.push(offset.required(Required::True));
            let text = "`sha1` or `sha256` and the check sum of this body in base64.";
            let sum = ObjectBuilder::new()
                .schema_type(Type::String)
                // The last digit of base64 carries four bits here: the other two are zero.
                .pattern(Some("^(?:sha1 [A-Za-z0-9+/]{26}|sha256 [A-Za-z0-9+/]{42})[AEIMQUYcgkosw048]=$"))
                .min_length(Some(33))
                .max_length(Some(51))
                .examples(["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="]);
            list.push(header("Upload-Checksum", text, sum.into()));
        }
        list
    }

    fn success(&self) -> ResponseBuilder {
        let text = match self.status {
            201 => "Made.",
            204 => "Done; there is nothing to say.",
            _ => "Done.",
        };
        let mut response = ResponseBuilder::new().description(text);
        response = match &self.answer {
            Answer::Nothing => response,
            Answer::Json(schema) => response.content(
                "application/json",
                ContentBuilder::new().schema(Some(RefOr::clone(schema))).build(),
            ),
            Answer::Text(media) => {
                response.content(*media, ContentBuilder::new().schema(Some(String::schema())).build())
            }
            // The whole file or a part of it.
            Answer::File => EVIDENCE_MEDIA
                .iter()
                .skip(1)
                .fold(response, |response, media| response.content(*media, ContentBuilder::new().build())),
        };
        if self.keyed {
            let text = "`true` when this answer was given before under the same key.";
            let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"]));
            response = response.header(
                "Idempotency-Replayed",
                HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build(),
            );
        }
        if self.tagged {
            let text = "Changes with every event of the claim.";
            response = response.header(
                "ETag",
                HeaderBuilder::new().schema(Some(String::schema())).description(Some(text)).build(),
            );
        }
        response
    }

    /// Status and name in [`PROBLEMS`] of what can go wrong.
    fn problems(&self, path: &str) -> Vec<(u16, &'static str)> {
        let has_body = self.body.is_some();
        let has_ids = path.contains('{');
        let part = matches!(self.body, Some(Body::Part));
        [
            (has_body || !self.public || self.paged, 400, "Malformed"),
            (!self.public, 401, "SignInNeeded"),
            (!self.role.is_empty() || !self.public || has_body, 403, "Denied"),
            (has_ids || has_body, 404, "NotFound"),
            (self.keyed || self.announces, 409, "Refused"),
            (part, 409, "OtherOffset"),
            (self.tagged, 412, "Changed"),
            (self.tus, 412, "OtherTusVersion"),
            (has_body || self.announces, 413, "TooLarge"),
            (has_body, 415, "WrongMediaType"),
            (matches!(self.answer, Answer::File), 416, "OutOfRange"),
            (has_body || self.paged || self.keyed || has_ids, 422, "Invalid"),
            (true, 429, "TooManyRequests"),
            (part, 460, "WrongChecksum"),
            (true, 500, "Broken"),
            (true, 503, "TryAgain"),
        ]
        .into_iter()
        .filter(|(when, ..)| *when)
        .map(|(_, status, name)| (status, name))
        .collect()
    }
}

/// What can go wrong, by name: one description for all calls.
pub(crate) const PROBLEMS: [(&str, &str); 16] = [
    (
        "Malformed",
        "The request is not of the form that stands here: no JSON, wrong fields or parameters, a bad idempotency key.",
    ),
    ("SignInNeeded", "Nobody is signed in, or the session has ended."),
    ("Denied", "Another role is needed, or a browser sent the request from another site."),
    ("NotFound", "There is no such thing, or not for the caller: the two look alike."),
    ("Refused", "A rule said no; `code` says which. Or the idempotency key is in use."),
    ("Changed", "It was changed since the caller read it."),
    (
        "OtherOffset",
        "Another number of bytes is kept, or another request sends bytes now; ask for the offset. Or a rule said no.",
    ),
    ("OtherTusVersion", "The caller speaks another version of tus."),
    ("OutOfRange", "The part lies beyond the end of the file."),
    ("WrongChecksum", "The bytes have another check sum; none of them is kept."),
    ("TooLarge", "The body is too large."),
    ("WrongMediaType", "The body is of another media type."),
    ("Invalid", "The form is right, but entries are not; `errors` names all of them."),
    ("TooManyRequests", "Too many requests; `Retry-After` says when to go on."),
    ("Broken", "A bug. Please report it."),
    ("TryAgain", "Try again in a moment: a provider or the store does not answer."),
];

/// All calls.
#[derive(Default)]
pub(crate) struct Table {
    /// The routes.
    pub(crate) router: Router<Edge>,
    /// Their descriptions by path.
    pub(crate) paths: BTreeMap<String, PathItem>,
    /// Schemas by name.
    pub(crate) schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Table {
    /// Adds a call.
    pub(crate) fn add<H, T>(mut self, method: &Method, path: &str, handler: H, op: Op) -> Self
    where
        H: Handler<T, Edge>,
        T: 'static,
    {
        let (filter, verb) = match *method {
            Method::POST => (MethodFilter::POST, HttpMethod::Post),
            Method::PUT => (MethodFilter::PUT, HttpMethod::Put),
            Method::DELETE => (MethodFilter::DELETE, HttpMethod::Delete),
            Method::PATCH => (MethodFilter::PATCH, HttpMethod::Patch),
            Method::HEAD => (MethodFilter::HEAD, HttpMethod::Head),
            Method::OPTIONS => (MethodFilter::OPTIONS, HttpMethod::Options),
            _ => (MethodFilter::GET, HttpMethod::Get),
        };
        let full = format!("/api/v1{path}");
        self.router = self.router.route(&full, on(filter, handler));
        let operation = op.operation(path, matches!(verb, HttpMethod::Get));
        let item = PathItemBuilder::new().operation(verb, operation.build()).build();
        match self.paths.get_mut(&full) {
            Some(there) => there.merge_operations(item),
            None => {
                self.paths.insert(full, item);
            }
        }
        for (name, schema) in op.schemas {
            self.schemas.entry(name).or_insert(schema);
        }
        self.schemas.extend(op.closed.into_iter().map(|(name, schema)| (name, closed(schema))));
        self
    }
}

/// The schema without room for further fields, as the strict readers have it.
fn closed(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) if !object.properties.is_empty() => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(mut choice)) => {
            choice.items = choice.items.into_iter().map(closed).collect();
            RefOr::T(Schema::OneOf(choice))
        }
        other => other,
    }
}

/// A reference to the schema of `T`, with everything that it refers to.
fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    Ref::from_schema_name(T::name()).into()
}

fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn path_parameter(name: &str) -> ParameterBuilder {
    let (schema, text) = match name {
        "plan" => (wire::PlanRef::schema(), "The plan."),
        "version" => (wire::whole_number(1, i64::from(u32::MAX)), "The version."),
        "period" => (wire::PeriodRef::schema(), "The period."),
        "case" => (wire::CaseRef::schema(), "The jury case."),
        "question" => (wire::whole_number(1, 50), "Number of the question in the case."),
        "claim" => (wire::ClaimRef::schema(), "The claim."),
        "objection" => (wire::ObjectionRef::schema(), "The objection."),
        "evidence" => (wire::EvidenceRef::schema(), "The file."),
        "upload" => (wire::EvidenceRef::schema(), "The upload; the id of the file too."),
        "enrolment" => (wire::EnrolmentRef::schema(), "The enrolment."),
        "member" => (wire::MemberRef::schema(), "The member."),
        "number" => (wire::whole_number(1, i64::MAX), "Number of the step in the claim."),
        "year" => (wire::whole_number(1, 9999), "Year of the log."),
        "index" => (wire::whole_number(0, i64::MAX), "Number of the entry, from 0."),
        "role" => (wire::Role::schema(), "The role."),
        "fields" => {
            let words = ObjectBuilder::new().schema_type(Type::String).pattern(Some(super::cards::FIELDS));
            (words.into(), "The hidden facts, each once, with commas between.")
        }
        _ => (String::schema(), ""),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(text))
        .schema(Some(schema))
}

fn query(name: &str, text: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(schema))
}

fn header(name: &str, text: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    query(name, text, schema).parameter_in(ParameterIn::Header)
}

fn request_body(body: &Body) -> utoipa::openapi::request_body::RequestBody {
    let builder = RequestBodyBuilder::new().required(Some(Required::True));
    match body {
        Body::Json(schema, example) => {
            let content =
                ContentBuilder::new().schema(Some(RefOr::clone(schema))).example(Some(example.clone()));
            builder.content("application/json", content.build()).build()
        }
        Body::Part => {
            let file = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
            builder
                .content(crate::upload_headers::PART_MEDIA, ContentBuilder::new().schema(Some(file)).build())
                .build()
        }
        Body::File => {
            let file = || ObjectBuilder::new().schema_type(SchemaType::AnyValue);
            EVIDENCE_MEDIA
                .iter()
                .fold(builder, |builder, media| {
                    builder.content(*media, ContentBuilder::new().schema(Some(file())).build())
                })
                .build()
        }
    }
}

/// The response of one of [`PROBLEMS`].
pub(crate) fn problem(name: &str, text: &str) -> Response {
    let schema = Ref::from_schema_name(ProblemBody::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(text).content("application/problem+json", content);
    let seconds = HeaderBuilder::new().schema(Some(wire::whole_number(1, 86_400)));
    let seconds = seconds.description(Some("Seconds to wait.")).build();
    match name {
        "TooManyRequests" | "TryAgain" => response.header("Retry-After", seconds),
        "SignInNeeded" => {
            response.header("WWW-Authenticate", HeaderBuilder::new().schema(Some(String::schema())).build())
        }
        _ => response,
    }
    .build()
}
