fn main() -> std::process::ExitCode {
    tenarai::cli::main()
}
