namespace Orchestrator.Testing.Simulation;

/// <summary>How often, out of 1, a simulated store misbehaves in ways that its contract allows.</summary>
public sealed record StoreFaults
{
    public static StoreFaults None { get; } = new();

    /// <summary>A commit is not made, and its caller told that the store is unavailable.</summary>
    public double CommitLost { get; init; }

    /// <summary>A commit is made, but its caller told that the store is unavailable.</summary>
    public double ReplyLost { get; init; }

    /// <summary>The caller is told that the store is unavailable, and the commit is made some time afterwards.</summary>
    public double CommitLate { get; init; }

    /// <summary>A subscription is cut off.</summary>
    public double SubscriptionCut { get; init; }

    /// <summary>Taking an epoch, or catching up, fails.</summary>
    public double Unavailable { get; init; }
}
