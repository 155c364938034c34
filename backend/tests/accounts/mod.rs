mod password;
mod profile;
