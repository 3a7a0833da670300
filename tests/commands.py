"""Commands as tests run them."""

from click.testing import CliRunner, Result

from lexposure.cli.main import cli


def run(*arguments: str) -> Result:
    """The command's result; a traceback is a failure of the test."""
    result = CliRunner().invoke(cli, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result
