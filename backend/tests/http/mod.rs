mod bodies;
mod compression;
mod headers;
mod health;
mod openapi;
mod origin;
mod problems;
