using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;

namespace Orchestrator.UnitTests.Cli;

public sealed class KubeconfigLocatorTests
{
    private const string LabConfig = "/var/lib/orchestrator/lab/server/admin.kubeconfig";

    [Theory]
    [InlineData("/given", "/listed:/second", "/given /listed /second /home/u/.kube/config", "/given")]
    [InlineData(null, "/listed:/second", "/second /home/u/.kube/config", "/second")]
    [InlineData(null, null, "/home/u/.kube/config " + LabConfig, "/home/u/.kube/config")]
    [InlineData(null, "", LabConfig, LabConfig)]
    public void Takes_the_option_then_the_variable_then_the_home_then_the_lab(string? option, string? variable, string present, string expected) =>
        Assert.Equal(expected, Locator(variable, present).Locate(option));

    [Fact]
    public void Does_not_fall_back_when_the_file_asked_for_is_missing() =>
        Assert.Contains("/given", Assert.Throws<CommandFailedException>(() => Locator("/listed", "/listed").Locate("/given")).Message, StringComparison.Ordinal);

    [Fact]
    public void Says_what_to_do_when_there_is_none() =>
        Assert.Contains("orchestrator lab up", Assert.Throws<CommandFailedException>(() => Locator(null, "").Locate(null)).Message, StringComparison.Ordinal);

    private static KubeconfigLocator Locator(string? variable, string present) => new(
        name => name switch
        {
            "KUBECONFIG" => variable,
            "HOME" => "/home/u",
            _ => null,
        },
        present.Split(' ').Contains);
}
