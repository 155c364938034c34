mod refresh;
mod sign_in;
mod sign_out;
