using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>
/// Keeps a lab's processes alive until told to end. It holds no state of its own: killed and started again, it finds each process by its
/// process file and goes on. Ending it leaves the processes running; taking them down is the business of <c>lab down</c>.
/// </summary>
internal sealed class LabSupervisor(LabLayout layout, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Runs until cancelled. Returns false if another supervisor has this lab.</summary>
    public async Task<bool> RunAsync(LabSpec spec, CancellationToken cancel)
    {
        using var alone = LockFile.TryTake(layout.SupervisorLock);
        if (alone is null)
        {
            return false;
        }

        var keepers = LabUnit.Of(spec, layout).Select(unit => new UnitKeeper(unit, layout, time, loggers.CreateLogger<UnitKeeper>()));
        try
        {
            await Task.WhenAll(keepers.Select(keeper => keeper.RunAsync(cancel)));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Told to end.
        }

        return true;
    }
}
