using Orchestrator.Cli.Client;

namespace Orchestrator.UnitTests.Cli;

public sealed class ApiStatusExceptionTests
{
    [Fact]
    public void Lists_every_cause_on_a_line()
    {
        var error = ApiStatusException.From(422, """
            {"kind":"Status","reason":"Invalid","message":"Pod \"x\" is invalid: ...","details":{"kind":"Pod","name":"x","causes":[
              {"field":"spec.containers[0].image","message":"Required value"},{"field":"spec.restartPolicy","message":"Unsupported value"}]}}
            """);
        Assert.Equal("Pod \"x\" has 2 errors:\n  spec.containers[0].image: Required value\n  spec.restartPolicy: Unsupported value", error.Message);
        Assert.Equal("Invalid", error.Reason);
    }

    [Fact]
    public void Takes_the_servers_message_otherwise() =>
        Assert.Equal("gone", ApiStatusException.From(410, """{"kind":"Status","message":"gone","reason":"Expired"}""").Message);

    [Theory]
    [InlineData("<html>bad gateway</html>")]
    [InlineData("{\"kind\":\"Other\"}")]
    public void Shows_an_answer_that_is_no_Status_as_it_is(string body) =>
        Assert.Contains(body, ApiStatusException.From(502, body).Message, StringComparison.Ordinal);
}
