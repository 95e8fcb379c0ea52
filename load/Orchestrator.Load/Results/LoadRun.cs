using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Results;

/// <summary>What came of a scenario, with all that is needed to judge it and to run it again. Written and read as JSON.</summary>
internal sealed record LoadRun
{
    public required string Scenario { get; init; }

    public string Description { get; init; } = "";

    /// <summary>What is counted: pods, requests, decisions.</summary>
    public required string Unit { get; init; }

    public int Seed { get; init; }

    public string Policy { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public double DurationSeconds { get; init; }

    public required MachineFacts Machine { get; init; }

    /// <summary>The scenario as it was run.</summary>
    public JsonObject? Source { get; init; }

    /// <summary>The second variant; null where there was one only.</summary>
    public JsonObject? Versus { get; init; }

    public required IReadOnlyList<CaseRun> Cases { get; init; }

    public IReadOnlyList<ThresholdResult> Thresholds { get; init; } = [];

    [JsonIgnore]
    public long Errors => Cases.Sum(c => c.Rounds.Sum(r => r.Errors));

    [JsonIgnore]
    public bool HasFailed => Errors > 0 || Thresholds.Any(t => !t.IsKept);

    public string ToJson() => JsonSerializer.Serialize(this, LoadRunJson.Default.LoadRun);

    /// <exception cref="LoadException">The text is not a run.</exception>
    public static LoadRun FromJson(string source, string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LoadRunJson.Default.LoadRun) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new LoadException($"{source} is not the JSON report of a load test: {error.Message}", error);
        }
    }
}

/// <summary>One case.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Variant">Which of two variants that were compared; empty where there was one.</param>
/// <param name="Rounds">In the order in which they were measured.</param>
internal sealed record CaseRun(string Name, string Variant, IReadOnlyList<RoundRun> Rounds)
{
    /// <summary>The cluster after the last round.</summary>
    public ClusterPicture? Picture { get; init; }

    /// <summary>Name and variant.</summary>
    [JsonIgnore]
    public string Title => Variant.Length == 0 ? Name : $"{Name} ({Variant})";

    /// <summary>The round in the middle by operations per second: what is reported of several.</summary>
    [JsonIgnore]
    public RoundRun Median => Rounds.OrderBy(r => r.PerSecond).ElementAt((Rounds.Count - 1) / 2);
}

[JsonSerializable(typeof(LoadRun))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LoadRunJson : JsonSerializerContext;
