namespace Orchestrator.Model.Cel.Values;

/// <summary>What an evaluation gives where it has no value. And and or absorb it where the other side decides (cel-spec, "Logical Operators").</summary>
internal sealed record CelError(string Message)
{
    public static readonly CelError NoOverload = new("no such overload");
}
