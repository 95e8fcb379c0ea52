using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Feeds;
using Orchestrator.Agent.Network.Policies;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Network.Rules;

/// <summary>
/// Keeps the node's nftables tables as the cluster is: one transaction per change, so that no packet sees half a change. Until everything has been heard of the
/// kernel's rules are left alone: those of an earlier agent go on isolating pods while this one starts.
/// </summary>
public sealed partial class RuleSync(
    PodNetworkOptions options, AgentOptions agent, NodeNetwork network, ClusterView cluster, PodRegistry registry, NodeInventory inventory, TimeProvider time,
    ILogger<RuleSync> logger) : BackgroundService
{
    /// <summary>Between two looks whether somebody has thrown the tables away.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Changes come in swarms: they are one transaction.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly WakeSignal _wakes = new();
    private IReadOnlyList<RuleTable> _applied = [];
    private string _script = "";
    private readonly ProblemNews _problems = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        cluster.OnChanged(_wakes.Wake);
        network.OnChanged(_wakes.Wake);
        inventory.OnChanged(_ => _wakes.Wake());
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                await PassAsync(stoppingToken);
                _problems.Clear();
            }
            catch (ToolFailedException error)
            {
                if (_problems.IsNew(error.Message))
                {
                    LogFailed(error.Message);
                }

                _applied = [];
                pause = Retry;
            }

            await _wakes.WaitAsync(pause, time, stoppingToken);
            await Task.Delay(Gather, time, stoppingToken);
        }
    }

    private async Task PassAsync(CancellationToken cancel)
    {
        if (network.Range is not { } range || !cluster.IsSynchronized || !registry.IsSynchronized)
        {
            return;
        }

        var wanted = NodeRules.Of(Input(range));
        var script = string.Concat(wanted.Select(t => t.Render([], [])));
        if (script == _script && _applied.Count > 0 && await ArePresentAsync(wanted, cancel))
        {
            return;
        }

        var text = "";
        foreach (var table in wanted)
        {
            var (sets, chains) = _applied.FirstOrDefault(t => t.Family == table.Family) is { } before ? (before.Sets, before.Chains) : await PresentAsync(table, cancel);
            text += table.Render(sets, chains);
        }

        await Tool.RunAsync("nft", ["-f", "-"], Timeout, cancel, input: text);
        (_applied, _script) = (wanted, script);
        LogApplied(text.Length);
    }

    private RuleInput Input(PodRange range)
    {
        var addresses = inventory.Latest.Runtimes.SelectMany(r => r.Sandboxes).Where(s => s.Ip is not null).ToLookup(s => s.PodUid, s => s.Ip!, StringComparer.Ordinal);
        return new RuleInput
        {
            Options = options,
            NodeName = agent.NodeName,
            Range = range,
            Nodes = [.. cluster.Nodes.Items.Values],
            Services = [.. cluster.Services.Items.Values],
            EndpointSlices = [.. cluster.EndpointSlices.Items.Values],
            Policies = new PolicyInput(
                [.. cluster.Policies.Items.Values],
                [.. registry.All.Where(p => p.Spec.HostNetwork != true).SelectMany(p => addresses[p.Metadata.Uid].Select(ip => new LocalPod(p, ip)))],
                [.. cluster.Pods.Items.Values],
                [.. cluster.Namespaces.Items.Values]),
        };
    }

    private static async Task<bool> ArePresentAsync(IReadOnlyList<RuleTable> tables, CancellationToken cancel)
    {
        var present = await Tool.RunAsync("nft", ["list", "tables"], Timeout, cancel);
        var lines = present.Split('\n').Select(l => l.Trim()).ToHashSet(StringComparer.Ordinal);
        return tables.All(t => lines.Contains($"table {t.Family} {t.Name}"));
    }

    /// <summary>What an earlier agent, or a transaction of unknown outcome, has left in a table.</summary>
    private static async Task<(IEnumerable<string> Sets, IEnumerable<string> Chains)> PresentAsync(RuleTable table, CancellationToken cancel)
    {
        if (!await ArePresentAsync([table], cancel))
        {
            return ([], []);
        }

        // Without elements (-t): there may be many.
        var listed = JsonNode.Parse(await Tool.RunAsync("nft", ["-j", "-t", "list", "table", table.Family, table.Name], Timeout, cancel))?["nftables"] as JsonArray ?? [];
        return (Names(listed, "set").Concat(Names(listed, "map")), Names(listed, "chain"));
    }

    private static List<string> Names(JsonArray listed, string kind) => [.. listed.Select(i => (string?)i?[kind]?["name"]).OfType<string>()];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Services and network policies are not as they should be; trying again: {Error}")]
    private partial void LogFailed(string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The node's rules are as the cluster is ({Characters} characters)")]
    private partial void LogApplied(int characters);
}
