using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Commands;
using Orchestrator.UnitTests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.UnitTests.Deployment;

/// <summary>The Helm chart renders, and what it starts is what the command line takes.</summary>
public sealed class ChartTests
{
    private const string Folder = "charts/orchestrator";

    [Fact]
    public void The_servers_arguments_are_options_of_the_server()
    {
        var server = Rendered("server.yaml");
        var container = server.Find("spec.template.spec.containers.0")!;
        Assert.Empty(OrchestratorRoot.Create().Parse(container.Texts("args").ToArray()).Errors);
        Assert.Contains($"--listen=0.0.0.0:{container.Text("ports.0.containerPort")}", container.Texts("args"));
        Assert.Equal("ORCHESTRATOR_DATABASE", container.Text("env.0.name"));
    }

    [Fact]
    public void The_agents_arguments_are_options_of_the_agent()
    {
        var arguments = Rendered("agent.yaml").Texts("spec.template.spec.containers.0.args");
        Assert.Contains("--qemu", arguments);
        Assert.Empty(OrchestratorRoot.Create().Parse(arguments.Select(argument => argument.Replace("$(NODE_IP)", "10.0.0.1", StringComparison.Ordinal)).ToArray()).Errors);
    }

    [Fact]
    public void Optional_settings_become_options()
    {
        var arguments = Rendered("server.yaml", "server.advertiseAddress=10.0.0.9", "server.otlpEndpoint=http://collector:4317").Texts("spec.template.spec.containers.0.args");
        Assert.Contains("--advertise-address=10.0.0.9", arguments);
        Assert.Contains("--otlp-endpoint=http://collector:4317", arguments);
        Assert.Empty(OrchestratorRoot.Create().Parse(arguments.ToArray()).Errors);
    }

    [Fact]
    public void Probes_and_the_service_go_to_the_port_that_is_listened_on()
    {
        var container = Rendered("server.yaml").Find("spec.template.spec.containers.0")!;
        var port = container.Text("ports.0.name");
        Assert.All((string[])["startupProbe", "readinessProbe", "livenessProbe"], probe => Assert.Equal(port, container.Text($"{probe}.tcpSocket.port")));
        var service = Rendered("service.yaml");
        Assert.Equal(port, service.Text("spec.ports.0.targetPort"));
        var labels = Rendered("server.yaml").Find("spec.template.metadata.labels")!;
        Assert.All(((YamlMappingNode)service.Find("spec.selector")!).Children, label =>
            Assert.Equal(label.Value.ToString(), ((YamlMappingNode)labels).Children[label.Key].ToString()));
    }

    [Fact]
    public void The_database_comes_from_the_releases_secret_or_from_one_that_exists()
    {
        Assert.Equal("Host=db", Rendered("secret.yaml").Text("stringData.connection-string"));
        Assert.Equal(
            Rendered("secret.yaml").Text("metadata.name"),
            Rendered("server.yaml").Text("spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.name"));
        Assert.Equal("", RenderedText("secret.yaml", "database.existingSecret=mine").Trim());
        Assert.Equal("mine", Rendered("server.yaml", "database.existingSecret=mine").Text("spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.name"));
        Assert.Throws<FormatException>(() => RenderedText("secret.yaml", "database.connectionString="));
    }

    [Fact]
    public void Mounts_name_volumes_and_volumes_are_mounted()
    {
        foreach (var template in (string[])["server.yaml", "agent.yaml"])
        {
            var workload = Rendered(template);
            var mounts = Names(workload, "spec.template.spec.containers.0.volumeMounts");
            var volumes = Names(workload, "spec.template.spec.volumes").Concat(
                (workload.Find("spec.volumeClaimTemplates") as YamlSequenceNode)?.Children.Select(claim => claim.Text("metadata.name")!) ?? []);
            Assert.Equal(volumes.Order(StringComparer.Ordinal), mounts.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Notes_and_names_render()
    {
        Assert.Contains("lab-orchestrator-0", RenderedText("NOTES.txt"), StringComparison.Ordinal);
        Assert.Equal("lab-orchestrator", Rendered("serviceaccount.yaml").Text("metadata.name"));
    }

    [Fact]
    public void The_schema_describes_exactly_the_values()
    {
        var schema = JsonNode.Parse(Repository.ReadText($"{Folder}/values.schema.json"))!;
        AssertDescribed((YamlMappingNode)Values(), schema.AsObject(), "");
    }

    /// <summary>Our own renderer, and helm where the machine has it.</summary>
    public static TheoryData<string> Renderers =>
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, "helm")).Where(File.Exists).Take(1).Prepend("built-in")];

    [Theory]
    [MemberData(nameof(Renderers))]
    public void The_whole_chart_renders(string renderer)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(renderer == "built-in" ? string.Join("\n---\n", Templates().Select(template => RenderedText(template))) : RenderedByHelm(renderer)));
        var kinds = stream.Documents.Select(document => document.RootNode.Text("kind"));
        Assert.Equal(["DaemonSet", "Secret", "Service", "ServiceAccount", "StatefulSet"], kinds.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Templates() => Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder, "templates"), "*.yaml").Select(file => Path.GetFileName(file)!);

    private static string RenderedByHelm(string helm)
    {
        var start = new ProcessStartInfo(helm) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])["template", "lab", Path.Combine(Repository.Root, Folder), "--set", "database.connectionString=Host=db", "--set", "agent.enabled=true"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static IEnumerable<string> Names(YamlNode node, string path) =>
        (node.Find(path) as YamlSequenceNode)?.Children.Select(item => item.Text("name")!) ?? [];

    private static void AssertDescribed(YamlMappingNode values, JsonObject schema, string path)
    {
        var described = (schema["properties"] as JsonObject ?? []).Select(property => property.Key).Where(name => name != "global").Order(StringComparer.Ordinal);
        Assert.Equal(values.Children.Keys.Select(key => key.ToString()).Order(StringComparer.Ordinal), described);
        foreach (var (key, value) in values.Children)
        {
            // Free-form mappings (labels, resources) are passed on as they are.
            if (value is YamlMappingNode inner && schema["properties"]![key.ToString()]!["properties"] is not null)
            {
                AssertDescribed(inner, schema["properties"]![key.ToString()]!.AsObject(), $"{path}.{key}");
            }
        }
    }

    private static YamlNode Rendered(string template, params string[] settings) => Yaml.Load(RenderedText(template, settings));

    private static string RenderedText(string template, params string[] settings)
    {
        var values = Values();
        foreach (var setting in (IEnumerable<string>)["database.connectionString=Host=db", "agent.enabled=true", .. settings])
        {
            var (path, value) = (setting[..setting.IndexOf('=', StringComparison.Ordinal)], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            var parent = (YamlMappingNode)values.Find(path[..path.LastIndexOf('.')])!;
            parent.Children[path[(path.LastIndexOf('.') + 1)..]] = new YamlScalarNode(value);
        }

        var renderer = new ChartRenderer(values, Yaml.Load(Repository.ReadText($"{Folder}/Chart.yaml")), "lab", [Repository.ReadText($"{Folder}/templates/_names.tpl")]);
        return renderer.Render(Repository.ReadText($"{Folder}/templates/{template}"));
    }

    private static YamlNode Values() => Yaml.Load(Repository.ReadText($"{Folder}/values.yaml"));
}
