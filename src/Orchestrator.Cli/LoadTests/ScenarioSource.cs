using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Manifests;
using Orchestrator.Load.Scenarios;
using Orchestrator.Model.Validation;

namespace Orchestrator.Cli.LoadTests;

/// <summary>Finds scenarios by their names or files, and changes fields of them from the command line.</summary>
internal static partial class ScenarioSource
{
    /// <exception cref="CommandFailedException">There is no such scenario, or it is malformed.</exception>
    public static JsonObject Open(string nameOrPath)
    {
        try
        {
            using var ready = ReadyMade.Open(nameOrPath);
            if (ready is not null)
            {
                return ManifestReader.ReadObject(nameOrPath, ready);
            }

            if (!File.Exists(nameOrPath))
            {
                throw new CommandFailedException($"'{nameOrPath}' is neither a file nor a ready-made scenario: {string.Join(", ", ReadyMade.Names)}");
            }

            using var text = File.OpenText(nameOrPath);
            return ManifestReader.ReadObject(nameOrPath, text);
        }
        catch (ManifestException error)
        {
            throw new CommandFailedException(error.Message, error);
        }
    }

    /// <summary>Checks the scenario.</summary>
    /// <exception cref="CommandFailedException">It has errors: all of them are the message.</exception>
    public static Scenario Read(string name, JsonObject source)
    {
        var errors = new List<FieldError>();
        return ScenarioReader.Read(source, errors)
            ?? throw new CommandFailedException($"scenario '{name}' has {errors.Count} error{(errors.Count == 1 ? "" : "s")}:\n{string.Join('\n', errors.Select(e => "  " + e))}");
    }

    /// <summary>Sets one field: <c>rounds=5</c>, <c>nodes[0].count=100</c>. The value is read as in YAML.</summary>
    /// <exception cref="CommandFailedException">The path leads nowhere.</exception>
    public static void Set(JsonObject scenario, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        var path = equals > 0 ? Step().Matches(assignment[..equals]) : null;
        if (path is not { Count: > 0 } || path.Sum(m => m.Length) != equals)
        {
            throw new CommandFailedException($"'{assignment}' is not PATH=VALUE, such as rounds=5 or nodes[0].count=100");
        }

        JsonNode at = scenario;
        foreach (var step in path.SkipLast(1))
        {
            at = Go(at, step) ?? throw new CommandFailedException($"'{assignment}': the scenario has no {assignment[..(step.Index + step.Length)]}");
        }

        using var text = new StringReader("value: " + assignment[(equals + 1)..]);
        var value = ManifestReader.ReadObject(assignment, text)["value"]?.DeepClone();
        Put(at, path[^1], value, assignment);
    }

    private static JsonNode? Go(JsonNode at, Match step) => Index(step) is { } index
        ? at is JsonArray list && index < list.Count ? list[index] : null
        : at is JsonObject obj ? obj[step.Groups[1].Value] : null;

    private static void Put(JsonNode at, Match step, JsonNode? value, string assignment)
    {
        switch (at)
        {
            case JsonObject obj when Index(step) is null:
                obj[step.Groups[1].Value] = value;
                break;
            case JsonArray list when Index(step) is { } index && index <= list.Count:
                if (index == list.Count)
                {
                    list.Add(value);
                }
                else
                {
                    list[index] = value;
                }

                break;
            default:
                throw new CommandFailedException($"'{assignment}': the path leads nowhere");
        }
    }

    private static int? Index(Match step) => step.Groups[2].Success ? int.Parse(step.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"\G(?:\.?([A-Za-z][A-Za-z0-9-]*)|\[([0-9]{1,6})\])")]
    private static partial Regex Step();
}
