mod internal;
mod keys;
mod planted;
mod refresh;
mod sign_in;
mod sign_out;
mod tokens;
