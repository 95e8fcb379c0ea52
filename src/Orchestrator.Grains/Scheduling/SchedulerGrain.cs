using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Hosting;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Runs one scheduler on one of the servers. The key is the scheduler's name.</summary>
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Activates it where it is not active, and keeps it.</summary>
    Task KeepAliveAsync();
}

/// <summary>
/// Hosts a <see cref="SchedulerLoop"/>. Orleans sees to it that there is one of a name, almost always; the epoch sees to it that a second one does no harm.
/// </summary>
internal sealed class SchedulerGrain(
    IObjectStore store, IDecisionSink sink, GrainOptions options, TimeProvider time, ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain, IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private Task _loop = Task.CompletedTask;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        SchedulerOptions scheduler = options.Scheduler with { Name = this.GetPrimaryKeyString() };
        var random = new Random(scheduler.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        var loop = new SchedulerLoop(store, scheduler, sink, time, random, logger);

        // Not on the grain's own scheduler: deciding may keep a thread for as long as it likes.
        _loop = Task.Run(() => loop.RunAsync(_ending.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    public void Dispose() => _ending.Dispose();

    public Task KeepAliveAsync()
    {
        DelayDeactivation(TimeSpan.FromMinutes(10));
        return Task.CompletedTask;
    }
}
