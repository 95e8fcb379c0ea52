using System.Collections.Concurrent;
using System.Text.Json;
using Grpc.Core;
using Orchestrator.Agent.Runtimes.Containerd.Cri;
using Orchestrator.Model;
using CriState = Orchestrator.Agent.Runtimes.Containerd.Cri.ContainerState;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>
/// What containerd holds for this node. Two list calls each time; the details of a container (process id, exit code, times) are asked for once
/// per container and state, since they do not change within one, so that listing every second stays cheap with hundreds of containers.
/// </summary>
internal sealed class ContainerdInventory(CriConnection connection, ContainerdOptions options)
{
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Id, CriState State), ObservedContainer> _containers = new();
    private readonly ConcurrentDictionary<string, string?> _sandboxIps = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        var sandboxes = await connection.Runtime.ListPodSandboxAsync(SandboxesOfNode(), deadline: Deadline(), cancellationToken: cancel);
        var containers = await connection.Runtime.ListContainersAsync(ContainersOfNode(), deadline: Deadline(), cancellationToken: cancel);
        Forget(sandboxes, containers);

        var bySandbox = new Dictionary<string, List<ObservedContainer>>(StringComparer.Ordinal);
        foreach (var container in containers.Containers)
        {
            if (await DetailsAsync(container, cancel) is { } observed)
            {
                (bySandbox.TryGetValue(container.PodSandboxId, out var list) ? list : bySandbox[container.PodSandboxId] = []).Add(observed);
            }
        }

        var result = new List<ObservedSandbox>(sandboxes.Items.Count);
        foreach (var sandbox in sandboxes.Items)
        {
            var ready = sandbox.State == PodSandboxState.SandboxReady;
            result.Add(new ObservedSandbox(
                sandbox.Id,
                sandbox.Metadata.Uid,
                sandbox.Metadata.Namespace,
                sandbox.Metadata.Name,
                (int)sandbox.Metadata.Attempt,
                ready,
                ready ? await IpAsync(sandbox.Id, cancel) : null,
                CriTime.At(sandbox.CreatedAt) ?? DateTimeOffset.UnixEpoch,
                bySandbox.GetValueOrDefault(sandbox.Id) ?? []));
        }

        return result;
    }

    private async Task<string?> IpAsync(string sandboxId, CancellationToken cancel)
    {
        if (_sandboxIps.TryGetValue(sandboxId, out var known))
        {
            return known;
        }

        try
        {
            var response = await connection.Runtime.PodSandboxStatusAsync(
                new PodSandboxStatusRequest { PodSandboxId = sandboxId }, deadline: Deadline(), cancellationToken: cancel);
            var ip = response.Status.Network?.Ip is { Length: > 0 } address ? address : null;
            _sandboxIps[sandboxId] = ip;
            return ip;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<ObservedContainer?> DetailsAsync(Container container, CancellationToken cancel)
    {
        if (_containers.TryGetValue((container.Id, container.State), out var known))
        {
            return known;
        }

        try
        {
            var response = await connection.Runtime.ContainerStatusAsync(
                new ContainerStatusRequest { ContainerId = container.Id, Verbose = true }, deadline: Deadline(), cancellationToken: cancel);
            var observed = Observe(response);
            if (response.Status.State == container.State && response.Status.State != CriState.ContainerUnknown)
            {
                _containers[(container.Id, container.State)] = observed;
            }

            return observed;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            // Removed between the two calls.
            return null;
        }
    }

    private static ObservedContainer Observe(ContainerStatusResponse response)
    {
        var status = response.Status;
        var running = status.State == CriState.ContainerRunning;
        var ended = status.State == CriState.ContainerExited;
        return new ObservedContainer(
            status.Id,
            status.Metadata.Name,
            (int)status.Metadata.Attempt,
            status.Image.Image,
            status.ImageRef,
            status.State switch
            {
                CriState.ContainerCreated => ContainerState.Created,
                CriState.ContainerRunning => ContainerState.Running,
                CriState.ContainerExited => ContainerState.Exited,
                _ => ContainerState.Unknown,
            },
            status.ExitCode,
            ended && status.Reason.Length > 0 ? status.Reason : null,
            status.Message.Length > 0 ? status.Message : null,
            CriTime.At(status.StartedAt),
            CriTime.At(status.FinishedAt),
            running ? ProcessId(response.Info) : null);
    }

    /// <summary>containerd puts a JSON document under <c>info</c> of a verbose status, with <c>pid</c> at its top.</summary>
    private static int? ProcessId(Google.Protobuf.Collections.MapField<string, string> info)
    {
        if (!info.TryGetValue("info", out var json))
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("pid", out var pid) && pid.TryGetInt32(out var value) && value > 0 ? value : null;
    }

    private void Forget(ListPodSandboxResponse sandboxes, ListContainersResponse containers)
    {
        var liveContainers = containers.Containers.Select(c => (c.Id, c.State)).ToHashSet();
        foreach (var key in _containers.Keys.Where(k => !liveContainers.Contains(k)))
        {
            _containers.TryRemove(key, out _);
        }

        var liveSandboxes = sandboxes.Items.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _sandboxIps.Keys.Where(k => !liveSandboxes.Contains(k)))
        {
            _sandboxIps.TryRemove(id, out _);
        }
    }

    private ListPodSandboxRequest SandboxesOfNode()
    {
        var request = new ListPodSandboxRequest { Filter = new PodSandboxFilter() };
        request.Filter.LabelSelector.Add(WellKnown.NodeLabel, options.NodeName);
        return request;
    }

    private ListContainersRequest ContainersOfNode()
    {
        var request = new ListContainersRequest { Filter = new ContainerFilter() };
        request.Filter.LabelSelector.Add(WellKnown.NodeLabel, options.NodeName);
        return request;
    }

    // gRPC deadlines are wall-clock times by definition.
    private static DateTime Deadline() => CriTime.Deadline(ListTimeout);
}
