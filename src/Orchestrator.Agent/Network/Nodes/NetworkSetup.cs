using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Feeds;
using Orchestrator.Agent.Network.Cni;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Network.Nodes;

/// <summary>
/// Brings the node's range of addresses, once the server has allotted it, to where pods get their addresses from, and keeps routes to the other nodes'
/// ranges. Every pass looks at what is there and corrects it, so that a restarted agent, or a bridge that somebody removed, is no special case.
/// </summary>
public sealed partial class NetworkSetup(PodNetworkOptions options, AgentOptions agent, NodeNetwork network, ClusterView cluster, TimeProvider time, ILogger<NetworkSetup> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly WakeSignal _wakes = new();
    private string _concern = "";
    private readonly ProblemNews _problems = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        cluster.Nodes.OnChanged(WakeIfConcerned);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Interval;
            try
            {
                Say(await PassAsync(stoppingToken));
            }
            catch (Exception error) when (error is NetworkUnavailableException or IOException or UnauthorizedAccessException)
            {
                Say(error.Message);
                pause = Retry;
            }

            await _wakes.WaitAsync(pause, time, stoppingToken);
        }
    }

    // Nodes report of themselves all the time, and seldom change address or range.
    private void WakeIfConcerned()
    {
        var concern = $"{cluster.Nodes.Find("", agent.NodeName)?.Spec?.PodCIDR} {string.Join(' ', RoutePlan.Of(cluster.Nodes.Items.Values, agent.NodeName))}";
        if (concern != _concern)
        {
            _concern = concern;
            _wakes.Wake();
        }
    }

    /// <returns>What is not as it should be; empty if nothing is.</returns>
    private async Task<string> PassAsync(CancellationToken cancel)
    {
        if (cluster.Nodes.Find("", agent.NodeName)?.Spec?.PodCIDR is not { Length: > 0 } cidr)
        {
            return cluster.Nodes.IsSynchronized ? "the server has allotted this node no range of addresses (spec.podCIDR) yet" : "";
        }

        if (PodRange.Parse(cidr) is not { } range)
        {
            return $"spec.podCIDR of this node, \"{cidr}\", is no IPv4 network with room for pods";
        }

        await NodeBridge.EnsureAsync(options.Bridge, range, cancel);
        WriteConfiguration(range);
        if (network.Range != range)
        {
            network.Set(range);
            LogRange(range.Network.ToString(), options.Bridge);
        }

        return string.Join("; ", await RouteTable.ApplyAsync(RoutePlan.Of(cluster.Nodes.Items.Values, agent.NodeName), cancel));
    }

    // containerd watches the directory; writing what is there already would have it load the same again.
    private void WriteConfiguration(PodRange range)
    {
        Directory.CreateDirectory(options.CniConfigDirectory);
        var file = Path.Combine(options.CniConfigDirectory, CniNetwork.FileName);
        var text = options.Cni(range).Conflist();
        if (!File.Exists(file) || File.ReadAllText(file) != text)
        {
            AtomicFile.Write(file, text);
        }
    }

    private void Say(string problem)
    {
        if (_problems.IsNew(problem))
        {
            LogProblem(problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pods of this node have their addresses from {Range}, on bridge {Bridge}")]
    private partial void LogRange(string range, string bridge);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pod network is not complete: {Problem}")]
    private partial void LogProblem(string problem);
}
