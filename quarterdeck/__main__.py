"""The command: ``quarterdeck`` or ``python -m quarterdeck``."""


def main() -> None:
    """Run the command with the arguments of this process."""
    from orchestration.cli.main import main as run  # noqa: PLC0415  # importable from now on

    run()


if __name__ == "__main__":
    main()
