//! What is carried in the binary: cargo cannot see by itself when these change.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
    println!("cargo:rerun-if-changed=../frontend/.output/public");
}
