using System.Net;
using System.Net.Sockets;
using ARSoft.Tools.Net.Dns;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Feeds;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>
/// The cluster's name server, on every node: it listens at the address of the Service kube-dns, which the node's bridge has besides its own. So no pod asks over the
/// network, and no rule stands between. Where that Service is somebody's own name server, pods are sent there.
/// </summary>
public sealed partial class NameServing(PodNetworkOptions options, NodeNetwork network, ClusterView cluster, TimeProvider time, ILogger<NameServing> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly WakeSignal _wakes = new();
    private ClusterNames? _names;
    private volatile bool _isStale = true;
    private (IPAddress Address, DnsServer Server)? _serving;
    private readonly ProblemNews _problems = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        cluster.Services.OnChanged(Changed);
        cluster.EndpointSlices.OnChanged(Changed);
        network.OnChanged(_wakes.Wake);
        using var queries = new NameQueries(Names, Upstream);
        try
        {
            while (true)
            {
                var pause = Interval;
                try
                {
                    await PassAsync(queries, stoppingToken);
                    _problems.Clear();
                }
                catch (Exception error) when (error is NetworkUnavailableException or SocketException)
                {
                    if (_problems.IsNew(error.Message))
                    {
                        LogFailed(error.Message);
                    }

                    pause = Retry;
                }

                await _wakes.WaitAsync(pause, time, stoppingToken);
            }
        }
        finally
        {
            _serving?.Server.Stop();
        }
    }

    private void Changed()
    {
        _isStale = true;
        if (cluster.EndpointSlices.IsSynchronized && network.NameServer?.ToString() != cluster.Services.Find(NameServer.Namespace, NameServer.Name)?.Spec.ClusterIP)
        {
            _wakes.Wake();
        }
    }

    private async Task PassAsync(NameQueries queries, CancellationToken cancel)
    {
        if (network.Range is null || !cluster.EndpointSlices.IsSynchronized || cluster.Services.Find(NameServer.Namespace, NameServer.Name) is not { } service || !IPAddress.TryParse(service.Spec.ClusterIP, out var address))
        {
            return;
        }

        if (!NameServer.IsOurs(service))
        {
            await StopServingAsync(cancel);
            Announce(address);
            return;
        }

        if (_serving is { } serving && !serving.Address.Equals(address))
        {
            await StopServingAsync(cancel);
        }

        // Somebody may have made the bridge anew; the sockets bear that.
        await IpLink.RunAsync($"address replace {address}/32 dev {options.Bridge}", cancel);
        if (_serving is null)
        {
            _serving = (address, Start(address, queries, cancel));
            LogServing(address);
        }

        Announce(address);
    }

    private DnsServer Start(IPAddress address, NameQueries queries, CancellationToken stopping)
    {
        var server = new DnsServer(new UdpServerTransport(address), new TcpServerTransport(address));
        server.QueryReceived += async (_, query) =>
        {
            if (query.Query is not DnsMessage message)
            {
                return;
            }

            try
            {
                query.Response = await queries.AnswerAsync(message, stopping);
            }
            catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or FormatException)
            {
                var failure = message.CreateResponseInstance();
                failure.ReturnCode = ReturnCode.ServerFailure;
                query.Response = failure;
            }
        };
        server.ExceptionThrown += (_, thrown) =>
        {
            LogThrown(thrown.Exception.Message);
            return Task.CompletedTask;
        };
        server.Start();
        return server;
    }

    private async Task StopServingAsync(CancellationToken cancel)
    {
        if (_serving is { } serving)
        {
            serving.Server.Stop();
            _serving = null;
            await IpLink.RunAsync($"address delete {serving.Address}/32 dev {options.Bridge}", cancel);
        }
    }

    private void Announce(IPAddress address)
    {
        if (!address.Equals(network.NameServer))
        {
            network.Set(address);
        }
    }

    private ClusterNames? Names()
    {
        if (_isStale && cluster.Services.IsSynchronized && cluster.EndpointSlices.IsSynchronized)
        {
            // Before reading, so that what comes meanwhile makes it stale again.
            _isStale = false;
            _names = ClusterNames.Of(cluster.Services.Items.Values, cluster.EndpointSlices.Items.Values, options.ClusterDomain);
        }

        return _names;
    }

    private IReadOnlyList<IPAddress> Upstream() =>
    [
        .. PodResolvers.Node().Servers.Select(s => IPAddress.TryParse(s, out var ip) ? ip : null).OfType<IPAddress>().Where(ip => !ip.Equals(network.NameServer)),
    ];

    [LoggerMessage(Level = LogLevel.Information, Message = "Names of the cluster are answered at {Address}")]
    private partial void LogServing(IPAddress address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's name server does not answer on this node; trying again: {Error}")]
    private partial void LogFailed(string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A query for a name ended: {Error}")]
    private partial void LogThrown(string error);
}
