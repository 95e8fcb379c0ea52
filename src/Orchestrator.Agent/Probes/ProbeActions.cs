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
    public Task<ProbeResult> TryAsync(V1Probe probe, ProbeTarget target, TimeSpan timeout, CancellationToken cancel) =>
        WithinAsync(
            timeout,
            string.Create(CultureInfo.InvariantCulture, $"timed out after {timeout.TotalSeconds:0.#}s"),
            limit => probe switch
            {
                { Exec: { } exec } => ExecAsync(exec.Command, target, timeout, limit),
                { HttpGet: { } get } => http.GetAsync(get, target, limit),
                { TcpSocket: { } socket } => ConnectAsync(socket, target, limit),
                { Grpc: { } grpc } => HealthAsync(grpc, target, limit),
                _ => Task.FromResult(ProbeResult.Failure("the probe says not what to do")),
            },
            cancel);

    /// <summary>Tries something for a time; what goes wrong with the container, or with asking it, is a failure and no exception.</summary>
    /// <param name="timeout">How long.</param>
    /// <param name="late">What is said when that has passed.</param>
    /// <param name="action">What is tried.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<ProbeResult> WithinAsync(TimeSpan timeout, string late, Func<CancellationToken, Task<ProbeResult>> action, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            return await action(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeResult.Failure(late);
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
