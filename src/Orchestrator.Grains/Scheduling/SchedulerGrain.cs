using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Hosting;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Store;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Runs one scheduler on one of the servers. The key is the scheduler's name.</summary>
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Activates it where it is not active, and keeps it.</summary>
    Task KeepAliveAsync();

    /// <summary>A NodeExplanation, as JSON, of the node for the pod; null where the scheduler does not know the one or the other (yet).</summary>
    [AlwaysInterleave]
    Task<byte[]?> ExplainNodeAsync(string podUid, string nodeName);
}

/// <summary>
/// Hosts a <see cref="SchedulerLoop"/>. Orleans sees to it that there is one of a name, almost always; the epoch sees to it that a second one does no harm.
/// </summary>
internal sealed class SchedulerGrain(
    IObjectStore store, IDecisionSink sink, GrainOptions options, TimeProvider time, ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain, IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private Task _running = Task.CompletedTask;
    private SchedulerLoop? _loop;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        SchedulerOptions scheduler = options.Scheduler with { Name = this.GetPrimaryKeyString() };
        var random = new Random(scheduler.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        _loop = new SchedulerLoop(store, scheduler, sink, time, random, logger);

        // Not on the grain's own scheduler: deciding may keep a thread for as long as it likes.
        _running = Task.Run(() => _loop.RunAsync(_ending.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        await _running.WaitAsync(cancellationToken);
    }

    public void Dispose() => _ending.Dispose();

    public async Task<byte[]?> ExplainNodeAsync(string podUid, string nodeName)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        try
        {
            NodeExplanation? explanation = _loop is null ? null : await _loop.ExplainNodeAsync(podUid, nodeName, limit.Token);
            return explanation is null ? null : JsonSerializer.SerializeToUtf8Bytes(explanation, ExplanationJson.Default.NodeExplanation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public Task KeepAliveAsync()
    {
        DelayDeactivation(TimeSpan.FromMinutes(10));
        return Task.CompletedTask;
    }
}
