mod author;
mod files;
mod manifest;
