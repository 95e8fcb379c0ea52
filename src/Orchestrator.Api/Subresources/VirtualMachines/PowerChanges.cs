using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary>What start, stop and restart mean under each run strategy. Each alters the target, or says why not. Pure.</summary>
internal static class PowerChanges
{
    private const string AlreadyAsked = "unable to complete request: stop/start already underway";
    private const string NotRunning = "VM is not running";

    public static string? Start(PowerTarget target, PowerOptions options)
    {
        if (target.IsActive)
        {
            return "VM is already running";
        }

        if (IsUnderway(target))
        {
            return AlreadyAsked;
        }

        switch (target.Strategy)
        {
            case RunStrategies.Halted when options.IsPaused:
                target.Ask(RunStrategies.Start, isPaused: true);
                return null;
            case RunStrategies.Halted:
                RunStrategies.Set(target.Machine, isRunning: true);
                return null;
            case RunStrategies.RerunOnFailure when target.Phase == "Failed":
                return "RerunOnFailure does not support starting VM from failed state";
            case RunStrategies.RerunOnFailure or RunStrategies.Manual:
                if (target.IsFinal)
                {
                    target.Ask(RunStrategies.Stop);
                }

                target.Ask(RunStrategies.Start, options.IsPaused);
                return null;
            default:
                return $"{target.Strategy} does not support manual start requests";
        }
    }

    public static string? Stop(PowerTarget target, PowerOptions options)
    {
        long before = target.Instance.Child("spec").Integer("terminationGracePeriodSeconds") ?? VirtualMachineNames.DefaultGraceSeconds;
        if (target.Strategy is RunStrategies.Always or RunStrategies.Once)
        {
            Shorten(target, options);
            RunStrategies.Set(target.Machine, isRunning: false);
            return null;
        }

        if (!target.IsActive)
        {
            return NotRunning;
        }

        if (target.Strategy == RunStrategies.Halted && !(options.GraceSeconds < before))
        {
            return "Halted only supports manual stop requests with a shorter graceperiod";
        }

        if (target.Strategy != RunStrategies.Halted && IsUnderway(target) && options.GraceSeconds is null)
        {
            return AlreadyAsked;
        }

        Shorten(target, options);
        if (target.Strategy != RunStrategies.Halted && !IsUnderway(target))
        {
            target.Ask(RunStrategies.Stop);
        }

        return null;
    }

    public static string? Restart(PowerTarget target, PowerOptions options)
    {
        if (options.GraceSeconds is > 0)
        {
            return "For force restart, only gracePeriod=0 is supported for now";
        }

        if (target.Strategy is RunStrategies.Halted or RunStrategies.Once)
        {
            return $"{target.Strategy} does not support manual restart requests";
        }

        if (!target.IsActive)
        {
            return NotRunning;
        }

        if (IsUnderway(target))
        {
            return AlreadyAsked;
        }

        Shorten(target, options);
        target.Ask(RunStrategies.Stop);
        if (target.Strategy != RunStrategies.Always)
        {
            target.Ask(RunStrategies.Start);
        }

        return null;
    }

    private static void Shorten(PowerTarget target, PowerOptions options)
    {
        if (options.GraceSeconds is { } seconds && target.IsActive)
        {
            target.SetGrace(seconds);
        }
    }

    private static bool IsUnderway(PowerTarget target) => target.Machine.Child("status").Array("stateChangeRequests") is { Count: > 0 };
}
