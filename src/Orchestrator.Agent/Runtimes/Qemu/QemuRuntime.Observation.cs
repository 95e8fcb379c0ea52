using System.Globalization;
using Orchestrator.Agent.Runtimes.Qemu.Pods;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu;

internal sealed partial class QemuRuntime
{
    private static readonly TimeSpan MeasureTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads what is there, and takes over the machines that nobody looks after yet.</summary>
    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        var sandboxes = new List<ObservedSandbox>();
        foreach (var record in _pods.Store.Machines().ToList())
        {
            var files = _pods.Store.Files(record.Id);
            int? processId = null;
            if (files.HasBeenLaunched)
            {
                var machine = _pods.Supervise(record);
                processId = machine.ProcessId;
                if (processId is null)
                {
                    // Its end, and that of its containers, is about to be written down.
                    await machine.Completion.WaitAsync(cancel);
                }
            }

            var isReady = processId is not null && !File.Exists(files.End);
            sandboxes.Add(new ObservedSandbox(
                record.Id, record.PodUid, record.PodNamespace, record.PodName, record.Attempt, isReady, isReady ? record.Network?.Ip : null, record.CreatedAt,
                [.. _pods.Store.Containers(record.Id).Select(container => Observe(record, container, processId))]));
        }

        return sandboxes;
    }

    /// <summary>What the containers use within their machines; what a machine needs beside them is not theirs.</summary>
    public async Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel)
    {
        var usages = new List<ContainerUsage>();
        foreach (var record in _pods.Store.Machines().Where(record => _pods.Store.Files(record.Id).HasBeenLaunched).ToList())
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(MeasureTimeout);
            try
            {
                var machine = _pods.Supervise(record);
                if (machine.ProcessId is not null)
                {
                    var text = await (await machine.GuestAsync(limit.Token)).CallAsync(GuestVerb.Stats, new GuestFields(), limit.Token);
                    usages.AddRange(ReadUsages(record, text));
                }
            }
            catch (Exception error) when (error is GuestUnavailableException or GuestRefusalException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                // It is ending, or paused: left out.
            }
        }

        return usages;
    }

    private static ObservedContainer Observe(PodContainerRecord container, PodContainerState state, int? processId) => new(
        container.Id, container.Name, container.Attempt, container.Image, container.ImageId,
        state.FinishedAt is not null ? ContainerState.Exited : state.StartedAt is not null ? ContainerState.Running : ContainerState.Created,
        state.ExitCode, state.Reason, state.Message, state.StartedAt, state.FinishedAt,
        state is { StartedAt: not null, FinishedAt: null } ? processId : null);

    private ObservedContainer Observe(PodMachineRecord record, PodContainerRecord container, int? processId) => Observe(container, _pods.Store.StateOf(record.Id, container.Number), processId);

    /// <summary>Lines of number, nanoseconds, bytes in use, and of them those that can be dropped.</summary>
    private IEnumerable<ContainerUsage> ReadUsages(PodMachineRecord record, string text)
    {
        foreach (var numbers in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Where(numbers => numbers.Length == 4))
        {
            var values = numbers.Select(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0).ToList();
            if (_pods.Store.FindContainer(PodMachineStore.ContainerId(record.Id, (uint)values[0])) is var (_, container))
            {
                yield return new ContainerUsage(record.PodUid, container.Name, container.Id, _time.GetUtcNow(), values[1], Math.Max(0, values[2] - values[3]));
            }
        }
    }
}
