using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Traces;

/// <summary>A pod of a trace.</summary>
/// <param name="AtSeconds">When it came, from the trace's beginning.</param>
/// <param name="LifetimeSeconds">How long it was there; null where it was there at the end.</param>
/// <param name="Cpu">Requested, as a quantity.</param>
/// <param name="Memory">Requested, as a quantity.</param>
/// <param name="RuntimeClass">Its runtime class; empty for containers.</param>
internal sealed record TracePod(double AtSeconds, double? LifetimeSeconds, string Cpu, string Memory, string RuntimeClass)
{
    /// <summary>Metadata and spec.</summary>
    public JsonObject Pod()
    {
        var spec = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = Cpu, ["memory"] = Memory } } }),
        };
        if (RuntimeClass.Length > 0)
        {
            spec["runtimeClassName"] = RuntimeClass;
        }

        return new JsonObject { ["spec"] = spec };
    }
}

/// <summary>
/// Our own format of traces: CSV with the heading <c>at_seconds,lifetime_seconds,cpu,memory,runtime_class</c>, a line for each pod in the order of time; an empty
/// lifetime is that of a pod that was still there at the end.
/// </summary>
internal static class PodTrace
{
    public const string Heading = "at_seconds,lifetime_seconds,cpu,memory,runtime_class";

    private const int Columns = 5;

    /// <exception cref="LoadException">The file is missing or not of the format; the message names the line.</exception>
    public static IReadOnlyList<TracePod> Read(string path) => TraceFile.Read($"the trace {path}", () => Parse(File.ReadLines(path)));

    internal static IReadOnlyList<TracePod> Parse(IEnumerable<string> lines)
    {
        var pods = new List<TracePod>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (number == 1)
            {
                if (line.Trim() != Heading)
                {
                    throw new FormatException($"line 1 must be '{Heading}'");
                }

                continue;
            }

            if (line.Length > 0)
            {
                pods.Add(Pod(line.Split(','), number, pods.Count > 0 ? pods[^1].AtSeconds : 0));
            }
        }

        return pods;
    }

    public static IEnumerable<string> Write(IEnumerable<TracePod> pods) =>
        pods.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.AtSeconds:0.###},{p.LifetimeSeconds:0.###},{p.Cpu},{p.Memory},{p.RuntimeClass}")).Prepend(Heading);

    private static TracePod Pod(string[] row, int line, double after)
    {
        if (row.Length != Columns)
        {
            throw new FormatException($"line {line} has {row.Length} fields instead of {Columns}");
        }

        var at = Number(row[0], line, "at_seconds");
        if (at < after)
        {
            throw new FormatException($"line {line}: at_seconds {at} is before that of the line above");
        }

        foreach (var (name, text) in ((string, string)[])[("cpu", row[2]), ("memory", row[3])])
        {
            if (!Model.Quantities.Quantity.TryParse(text, out _))
            {
                throw new FormatException($"line {line}: {name} '{text}' is not a quantity");
            }
        }

        return new TracePod(at, row[1].Length == 0 ? null : Number(row[1], line, "lifetime_seconds"), row[2], row[3], row[4]);
    }

    private static double Number(string text, int line, string name) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && double.IsFinite(number)
            ? number
            : throw new FormatException($"line {line}: {name} '{text}' is not a number of seconds");
}
