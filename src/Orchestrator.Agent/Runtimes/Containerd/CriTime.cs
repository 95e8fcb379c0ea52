namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>CRI's times: nanoseconds since the epoch, 0 for never; and deadlines of gRPC calls.</summary>
internal static class CriTime
{
    private const long NanosecondsPerTick = 100;

    public static DateTimeOffset? At(long nanoseconds) =>
        nanoseconds <= 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);

    /// <summary>gRPC's client takes an absolute UTC time and compares it with the machine's clock, so no other clock will do here.</summary>
    public static DateTime Deadline(TimeSpan timeout) => TimeProvider.System.GetUtcNow().Add(timeout).UtcDateTime;
}
