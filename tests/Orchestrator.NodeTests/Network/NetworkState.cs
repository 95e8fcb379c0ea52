using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Lab;
using Orchestrator.NodeTests.Lab;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Network;

/// <summary>What the kernel of a lab's node holds for pods, seen past its agent.</summary>
internal sealed record NetworkState(string Name, string NamespaceFile, string AddressDirectory)
{
    public static IReadOnlyList<NetworkState> Nodes(string root)
    {
        var layout = new LabLayout(root);
        return
        [
            .. LabSpec.Read(layout)!.Nodes.Select(node => new NetworkState(
                node.Name, node.Network!.NamespaceFile, Path.Combine(layout.AgentRoot(node.Name), "network", "addresses"))),
        ];
    }

    /// <summary>All rules, as text.</summary>
    public Task<string> RulesAsync() => InsideAsync("nft", "list", "ruleset");

    /// <summary>Cables and addresses that no pod of the cluster accounts for, and which of the given texts the rules have.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(LabFixture lab, IEnumerable<string> traces)
    {
        var pods = await lab.KubectlAsync(
            "get", "pods", "-A", "--field-selector", $"spec.nodeName={Name}", "-o", "jsonpath={range .items[*]}{.status.podIP}{\"\\n\"}{end}");
        HashSet<string> present = [.. pods.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        var cables = JsonNode.Parse(await InsideAsync("ip", "-j", "link", "show", "type", "veth"))!.AsArray().Count(link => (string?)link!["ifname"] != "eth0");
        var rules = await RulesAsync();
        var addresses = Directory.EnumerateFiles(AddressDirectory, "10.*", SearchOption.AllDirectories).Select(Path.GetFileName).OfType<string>();
        return
        [
            .. cables > present.Count ? [$"{cables} cables for {present.Count} pods"] : Array.Empty<string>(),
            .. addresses.Where(a => !present.Contains(a)).Select(a => $"address {a}"),
            .. traces.Where(text => Mentions(rules, text)).Select(text => $"rules with {text}"),
        ];
    }

    /// <summary>Whether rules name an address or port, and not merely one that begins or ends with it.</summary>
    public static bool Mentions(string rules, string text) => Regex.IsMatch(rules, $@"(?<![\d.]){Regex.Escape(text)}(?!\.?\d)", RegexOptions.None, TimeSpan.FromSeconds(10));

    private async Task<string> InsideAsync(params string[] command)
    {
        var (exitCode, output, errors) = await Shell.RunAsync("nsenter", ["--net=" + NamespaceFile, "--", .. command], CancellationToken.None);
        Assert.True(exitCode == 0, errors);
        return output;
    }
}
