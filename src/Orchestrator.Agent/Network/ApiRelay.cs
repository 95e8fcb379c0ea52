using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Network;

/// <summary>
/// Passes connections from pods on to an API that listens on loopback alone: same port, on this machine's address in the pod network. TLS goes through
/// untouched, so that who calls is judged by the API. Agents of several nodes on one machine share address and port: whichever has them serves all, and
/// the others wait to take over.
/// </summary>
public sealed partial class ApiRelay(Uri server, NodeInventory inventory, TimeProvider time, ILogger<ApiRelay> logger) : BackgroundService
{
    private const int MaxConnections = 4096;
    private const int MaxGateways = 16;
    private const int BufferBytes = 16 * 1024;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<IPAddress, Socket?> _gateways = new();
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private CancellationToken _stopping;

    /// <summary>Offers the API on an address. Returns when it can be connected to, unless the address is taken by another, which then serves it.</summary>
    public void Offer(IPAddress gateway)
    {
        if ((_gateways.Count < MaxGateways && _gateways.TryAdd(gateway, null)) || (_gateways.TryGetValue(gateway, out var listener) && listener is null))
        {
            Listen(gateway);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        var access = new ApiAccess(server, this);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(LookInterval, time);
        try
        {
            do
            {
                // Pods that an earlier agent started.
                var present = inventory.Latest.Runtimes.SelectMany(r => r.Sandboxes).Select(s => s.Ip).OfType<string>().ToHashSet(StringComparer.Ordinal);
                foreach (var ip in present.Where(ip => !seen.Contains(ip)))
                {
                    access.Keep(ip);
                }

                seen = present;

                // Addresses that another agent may have given up.
                foreach (var gateway in _gateways.Where(g => g.Value is null).Select(g => g.Key))
                {
                    Listen(gateway);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            foreach (var listener in _gateways.Values)
            {
                listener?.Dispose();
            }
        }
    }

    public override void Dispose()
    {
        _connections.Dispose();
        base.Dispose();
    }

    private void Listen(IPAddress gateway)
    {
        const int backlog = 128;
        var socket = new Socket(gateway.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(gateway, server.Port));
            socket.Listen(backlog);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            LogTaken(gateway, server.Port, error.Message);
            return;
        }

        if (!_gateways.TryUpdate(gateway, socket, null))
        {
            socket.Dispose();
            return;
        }

        LogOffered(server, gateway, server.Port);
        _ = Task.Run(() => AcceptAsync(socket), CancellationToken.None);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _connections.WaitAsync(_stopping);
                var client = await listener.AcceptAsync(_stopping);
                _ = PassAsync(client);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                _connections.Release();
                LogFailed(error.Message);
                await Task.Delay(AfterFailure, time, CancellationToken.None);
            }
        }
    }

    private async Task PassAsync(Socket client)
    {
        try
        {
            using var api = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            await api.ConnectAsync(server.IdnHost, server.Port, _stopping);
            await Task.WhenAll(CopyAsync(client, api), CopyAsync(api, client));
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            LogFailed(error.Message);
        }
        finally
        {
            client.Dispose();
            _connections.Release();
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReceiveAsync(buffer, _stopping) is var read and > 0)
        {
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stopping);
            }
        }

        // The other direction goes on: TLS and HTTP/1.1 may end one side only.
        to.Shutdown(SocketShutdown.Send);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Pods reach {Server} through {Gateway}:{Port}")]
    private partial void LogOffered(Uri server, IPAddress gateway, int port);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Gateway}:{Port} is served by another: {Error}")]
    private partial void LogTaken(IPAddress gateway, int port, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection from a pod to the API ended: {Error}")]
    private partial void LogFailed(string error);
}
