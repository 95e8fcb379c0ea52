using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.Cli.Lab;

/// <summary>What runs of a lab.</summary>
internal static class LabState
{
    public const string Supervisor = "supervisor";
    private static readonly TimeSpan ContainerdLimit = TimeSpan.FromMinutes(1);

    /// <summary>The running supervisor, or null.</summary>
    public static ProcessIdentity? SupervisorOf(LabLayout layout) =>
        ProcessIdentity.Read(layout.ProcessFile(Supervisor)) is { IsAlive: true } supervisor ? supervisor : null;

    /// <summary>Returns once every containerd takes connections.</summary>
    /// <exception cref="Commands.CommandFailedException">One does not in time.</exception>
    public static Task WaitForContainerdsAsync(LabSpec spec, LabLayout layout, TimeProvider time, CancellationToken cancel) =>
        Task.WhenAll(spec.Nodes.Select(node => WaitForContainerdAsync(node.Containerd, layout, time, cancel)));

    /// <summary>Returns once a containerd takes connections.</summary>
    /// <exception cref="Commands.CommandFailedException">It does not in time.</exception>
    public static Task WaitForContainerdAsync(LabContainerd containerd, LabLayout layout, TimeProvider time, CancellationToken cancel) => Waiting.UntilAsync(
        async token =>
        {
            try
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(containerd.Socket), token);
                return null;
            }
            catch (SocketException error)
            {
                return $"containerd does not answer on {containerd.Socket}: {error.Message}";
            }
        },
        ContainerdLimit,
        time,
        () => LabLog.Ending(layout.LogFile(containerd.Unit)),
        cancel);

    /// <summary>What a node still lacks to be ready; null if it is.</summary>
    public static async Task<string?> MissingOfNodeAsync(ApiConnection connection, string node, CancellationToken cancel)
    {
        try
        {
            var status = (await connection.GetAsync($"/api/v1/nodes/{node}", "application/json", cancel))["status"];
            var ready = (status?["conditions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == "Ready");
            return (string?)ready?["status"] == "True" ? null : $"node {node} is not ready: {(string?)ready?["message"] ?? "it has not said so yet"}";
        }
        catch (ApiStatusException missing) when (missing.Code == 404)
        {
            return $"node {node} has not registered";
        }
    }
}
