mod author;
mod files;
mod manifest;
mod readable;
