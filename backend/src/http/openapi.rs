//! The OpenAPI document of this very binary, and what can be read from it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::App;
use actix_web::dev::ResourceDef;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi as OpenApiDocument, PathItem, RefOr};
use utoipa_actix_web::AppExt;

use super::app::services;
use super::problem_schemas;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenarai",
        description = "Where the text of a chapter stands beside a live notebook. Every state change must come from the \
            site's own pages (`Sec-Fetch-Site: same-origin`) as JSON; errors are problem+json with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/"))
)]
struct Document;

/// The document.
pub fn openapi() -> OpenApiDocument {
    let (_, mut document) =
        App::new().into_utoipa_app().openapi(Document::openapi()).configure(services).split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.components.get_or_insert_default().schemas.extend(problem_schemas());
    require_what_is_always_sent(&mut document);
    document
}

/// utoipa takes every `Option` for a field that may be left out. Requests may leave it out; in answers none is: what
/// there is not, is null. Types made from the document should know that.
fn require_what_is_always_sent(document: &mut OpenApiDocument) {
    let asked: BTreeSet<String> = {
        let operations = document.paths.paths.values().flat_map(operations_of);
        let bodies = operations.filter_map(|(_, operation)| serde_json::to_value(&operation.request_body).ok());
        let mut names = BTreeSet::new();
        bodies.for_each(|body| add_names(&body, document, &mut names));
        names
    };
    let Some(components) = &mut document.components else { return };
    for (_, schema) in components.schemas.iter_mut().filter(|(name, _)| !asked.contains(*name)) {
        require_nullable(schema);
    }
}

/// The schemas this refers to, and those that they refer to.
fn add_names(json: &Value, document: &OpenApiDocument, names: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            if let Some(name) = name
                && names.insert(name.to_owned())
                && let Some(schema) = document.components.as_ref().and_then(|all| all.schemas.get(name))
                && let Ok(schema) = serde_json::to_value(schema)
            {
                add_names(&schema, document, names);
            }
            fields.values().for_each(|value| add_names(value, document, names));
        }
        Value::Array(values) => values.iter().for_each(|value| add_names(value, document, names)),
        _ => {}
    }
}

fn require_nullable(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            for (name, property) in &mut object.properties {
                if is_nullable(property) && !object.required.contains(name) {
                    object.required.push(name.clone());
                }
                require_nullable(property);
            }
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                require_nullable(items);
            }
        }
        _ => {}
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    let has_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter().any(is_nullable),
        _ => false,
    }
}

/// The methods a documented address takes, whatever they are; none where there is no such address.
pub fn methods_at(path: &str) -> Option<&'static str> {
    static ADDRESSES: LazyLock<Vec<(ResourceDef, String)>> = LazyLock::new(|| {
        let described = openapi().paths.paths;
        described.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods_of(item))).collect()
    });
    ADDRESSES.iter().find(|(address, _)| address.is_match(path)).map(|(_, methods)| methods.as_str())
}

fn methods_of(item: &PathItem) -> String {
    operations_of(item).map(|(method, _)| method).collect::<Vec<_>>().join(", ")
}

fn operations_of(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let known = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    known.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
