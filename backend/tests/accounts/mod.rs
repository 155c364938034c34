mod cli;
mod password;
mod profile;
