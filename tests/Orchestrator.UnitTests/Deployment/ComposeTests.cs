using Orchestrator.Cli.Commands;
using Orchestrator.UnitTests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.UnitTests.Deployment;

/// <summary>docker-compose.yml starts what the command line takes, and its parts fit each other.</summary>
public sealed class ComposeTests
{
    private static readonly YamlNode Compose = Yaml.Load(Repository.ReadText("docker-compose.yml"));

    [Theory]
    [InlineData("server")]
    [InlineData("credentials")]
    [InlineData("agent")]
    public void Commands_are_accepted_by_the_command_line(string service)
    {
        var command = Compose.Texts($"services.{service}.command");
        Assert.NotEmpty(command);
        Assert.Empty(OrchestratorRoot.Create().Parse(command.ToArray()).Errors);
    }

    [Fact]
    public void The_published_port_is_the_one_listened_on()
    {
        var listen = Option("server", "listen");
        Assert.EndsWith(":" + listen.Split(':')[1], Compose.Texts("services.server.ports").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_agree()
    {
        var server = Compose.Text("services.server.networks.control.ipv4_address");
        var gateway = Compose.Text("networks.control.ipam.config.0.gateway");
        Assert.Equal(server, Option("server", "advertise-address"));
        Assert.StartsWith($"https://{server}:", Option("credentials", "server"), StringComparison.Ordinal);
        Assert.Equal(gateway, Option("credentials", "node-ip"));
        Assert.Equal(gateway, Option("agent", "node-ip"));
        Assert.StartsWith(gateway + ":", Option("agent", "listen"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_agent_reads_the_credentials_that_are_written_for_it()
    {
        var folder = Option("credentials", "out");
        Assert.All((string[])["kubeconfig", "serving-cert", "serving-key", "client-ca"], option => Assert.StartsWith(folder + "/", Option("agent", option), StringComparison.Ordinal));
        Assert.Equal(Compose.Texts("services.credentials.command")[2], Option("agent", "node-name"));
    }

    [Fact]
    public void Named_volumes_are_declared()
    {
        var declared = ((YamlMappingNode)Compose.Find("volumes")!).Children.Keys.Select(key => key.ToString()).ToList();
        var used = ((YamlMappingNode)Compose.Find("services")!).Children.Values
            .SelectMany(service => (service.Find("volumes") as YamlSequenceNode)?.Children ?? [])
            .OfType<YamlScalarNode>()
            .Select(volume => volume.Value!.Split(':')[0])
            .Where(source => !source.StartsWith('/'));
        Assert.Empty(used.Except(declared));
    }

    [Fact]
    public void The_image_is_built_from_a_file_that_exists() =>
        Assert.True(File.Exists(Path.Combine(Repository.Root, Compose.Text("services.server.build.dockerfile")!)));

    private static string Option(string service, string name) =>
        Compose.Texts($"services.{service}.command").Single(argument => argument.StartsWith($"--{name}=", StringComparison.Ordinal))[(name.Length + 3)..];
}
