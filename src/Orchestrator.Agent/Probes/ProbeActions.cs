using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using k8s.Models;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Probes;

/// <summary>The ways to ask a container something: a command in it, an HTTP request, a connection, gRPC's health service. What fails is a result, not an exception.</summary>
public sealed class ProbeActions(HttpAction http)
{
    private const int MaxOutput = 10 * 1024;

    /// <summary>Tries a probe once.</summary>
    /// <param name="probe">The probe, with one handler.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="timeout">A try that takes longer has failed.</param>
    /// <param name="cancel">Gives the try up.</param>
    public async Task<ProbeResult> TryAsync(V1Probe probe, ProbeTarget target, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            return probe switch
            {
                { Exec: { } exec } => await ExecAsync(exec.Command, target, timeout, limit.Token),
                { HttpGet: { } get } => await http.GetAsync(get, target, limit.Token),
                { TcpSocket: { } socket } => await ConnectAsync(socket, target, limit.Token),
                { Grpc: { } grpc } => await HealthAsync(grpc, target, limit.Token),
                _ => ProbeResult.Failure("the probe says not what to do"),
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeResult.Failure(string.Create(CultureInfo.InvariantCulture, $"timed out after {timeout.TotalSeconds:0.#}s"));
        }
        catch (Exception error) when (error is RuntimeUnavailableException or RuntimeRefusalException or SocketException or HttpRequestException or RpcException or IOException)
        {
            return ProbeResult.Failure(error.Message);
        }
    }

    /// <summary>Runs a command in the container.</summary>
    public static async Task<ProbeResult> ExecAsync(IList<string> command, ProbeTarget target, TimeSpan timeout, CancellationToken cancel)
    {
        if (target.Runtime is null)
        {
            return ProbeResult.Failure("the runtime of this pod runs no commands");
        }

        CommandResult result = await target.Runtime.RunAsync(target.ContainerId, [.. command], timeout, cancel);
        string output = Encoding.UTF8.GetString(result.Output.AsSpan(0, Math.Min(result.Output.Length, MaxOutput)));
        return result.ExitCode == 0 ? ProbeResult.Success : ProbeResult.Failure(output);
    }

    private static async Task<ProbeResult> ConnectAsync(V1TCPSocketAction action, ProbeTarget target, CancellationToken cancel)
    {
        if (target.PortOf(action.Port) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {action.Port}");
        }

        using var client = new TcpClient();
        await client.ConnectAsync(string.IsNullOrEmpty(action.Host) ? target.Address : action.Host, port, cancel);
        return ProbeResult.Success;
    }

    private static async Task<ProbeResult> HealthAsync(V1GRPCAction action, ProbeTarget target, CancellationToken cancel)
    {
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress($"http://{UriHost.Of(target.Address)}:{action.Port.ToString(CultureInfo.InvariantCulture)}");
        var client = new GrpcHealth.Health.HealthClient(channel);
        var request = new GrpcHealth.HealthCheckRequest { Service = action.Service ?? "" };
        GrpcHealth.HealthCheckResponse response = await client.CheckAsync(request, cancellationToken: cancel);
        return response.Status == GrpcHealth.HealthCheckResponse.Types.ServingStatus.Serving
            ? ProbeResult.Success
            : ProbeResult.Failure($"service unhealthy (responded with \"{response.Status}\")");
    }
}
