using System.Text.Json;

namespace Orchestrator.Agent.Runtimes.Qemu.Migration;

/// <summary>How far a move is (QMP's <c>query-migrate</c>).</summary>
/// <param name="Status">QEMU's: setup, active, postcopy-active, device, completed, failed, cancelling, cancelled.</param>
/// <param name="Elapsed">Since it began.</param>
/// <param name="Downtime">How long the machine stood still; as foreseen while it goes on.</param>
/// <param name="TransferredBytes">Of memory, sent.</param>
/// <param name="RemainingBytes">Of memory, to be sent as it is now.</param>
/// <param name="TotalBytes">Of memory, all.</param>
/// <param name="ThrottlePercent">How much the machine is slowed down to come to an end.</param>
/// <param name="Error">Why it failed, in QEMU's words.</param>
internal sealed record MigrationProgress(
    string Status, TimeSpan Elapsed, TimeSpan Downtime, long TransferredBytes, long RemainingBytes, long TotalBytes, int ThrottlePercent, string? Error)
{
    public bool IsOver => Status is "completed" or "failed" or "cancelled";

    /// <summary>After this the machine may already run at the target.</summary>
    public bool IsPastReturn => Status.StartsWith("postcopy", StringComparison.Ordinal);

    /// <summary>Reads QEMU's answer; where nothing has begun, the status is <c>none</c>.</summary>
    public static MigrationProgress Parse(JsonElement answer)
    {
        var memory = answer.TryGetProperty("ram", out var ram) ? ram : default;
        return new MigrationProgress(
            answer.TryGetProperty("status", out var status) ? status.GetString() ?? "none" : "none",
            TimeSpan.FromMilliseconds(Number(answer, "total-time")),
            TimeSpan.FromMilliseconds(answer.TryGetProperty("downtime", out _) ? Number(answer, "downtime") : Number(answer, "expected-downtime")),
            Number(memory, "transferred"), Number(memory, "remaining"), Number(memory, "total"),
            (int)Number(answer, "cpu-throttle-percentage"),
            answer.TryGetProperty("error-desc", out var error) ? error.GetString() : null);
    }

    private static long Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : 0;
}
