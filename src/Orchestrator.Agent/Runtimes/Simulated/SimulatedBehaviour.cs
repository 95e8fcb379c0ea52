using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Runtimes.Simulated;

/// <summary>
/// What a pod orders of its simulation, by annotations: delays in seconds, a stage that fails (<c>image</c>, <c>sandbox</c>, <c>create</c> or <c>start</c>), and
/// when and how its containers end by themselves.
/// </summary>
/// <param name="StartDelay">Null for the runtime's.</param>
/// <param name="StopDelay">Null for the runtime's.</param>
/// <param name="Fails">The stage that fails every time; empty for none.</param>
/// <param name="RunFor">How long containers run; null for until they are stopped.</param>
/// <param name="ExitCode">With which they end by themselves.</param>
public sealed record SimulatedBehaviour(TimeSpan? StartDelay, TimeSpan? StopDelay, string Fails, TimeSpan? RunFor, int ExitCode)
{
    public const string Prefix = "simulation.orchestrator.dev/";

    public static SimulatedBehaviour Of(V1Pod pod)
    {
        var annotations = pod.Metadata.Annotations;
        string? Text(string name) => annotations is not null && annotations.TryGetValue(Prefix + name, out var text) ? text : null;
        TimeSpan? Seconds(string name) =>
            double.TryParse(Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(Math.Min(seconds, 1e8)) : null;
        return new SimulatedBehaviour(
            Seconds("start-seconds"),
            Seconds("stop-seconds"),
            Text("fail") ?? "",
            Seconds("run-seconds"),
            int.TryParse(Text("exit-code"), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0);
    }
}
