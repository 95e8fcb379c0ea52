using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Lookahead;
using Orchestrator.Scheduling.Scorers;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>
/// Reads <c>kubescheduler.config.k8s.io/v1 KubeSchedulerConfiguration</c>. What of it has no effect here is refused by name: a configuration that is
/// accepted is carried out.
/// </summary>
public static class SchedulerConfigurationReader
{
    private const string Version = "kubescheduler.config.k8s.io/v1";
    private const string Kind = "KubeSchedulerConfiguration";

    // So that totals stay within what an int holds: the scorers' scores go to 100, and lookahead weighs thousands of times as much.
    private const int MostWeight = 10_000;
    private const int MostLookaheadWeight = 100;

    private static readonly string[] UnsupportedPoints =
        ["preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "reserve", "permit", "preBind", "bind", "postBind", "placementGenerate", "placementScore"];

    /// <summary>The profiles, at least one; none, with errors, where anything is wrong.</summary>
    public static IReadOnlyList<SchedulerProfile> Read(JsonObject configuration, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        int before = errors.Count;
        if (configuration.Text("apiVersion") != Version || configuration.Text("kind") != Kind)
        {
            errors.Add(FieldError.Invalid("apiVersion", configuration.Text("apiVersion"), $"must be {Version}, and kind {Kind}"));
        }

        Only(configuration, "", errors, "apiVersion", "kind", "profiles");
        var profiles = new List<SchedulerProfile>();
        foreach ((JsonObject profile, int i) in configuration.Items("profiles"))
        {
            SchedulerProfile read = ReadProfile(profile, $"profiles[{i}]", errors);
            if (profiles.Any(p => p.SchedulerName == read.SchedulerName))
            {
                errors.Add(FieldError.Duplicate($"profiles[{i}].schedulerName", read.SchedulerName));
            }

            profiles.Add(read);
        }

        return errors.Count > before ? [] : profiles.Count == 0 ? [SchedulerProfile.Default] : profiles;
    }

    private static SchedulerProfile ReadProfile(JsonObject profile, string path, ICollection<FieldError> errors)
    {
        Only(profile, path + ".", errors, "schedulerName", "plugins", "pluginConfig");
        string name = profile.Text("schedulerName") is { Length: > 0 } given ? given : WellKnown.DefaultSchedulerName;
        errors.Check($"{path}.schedulerName", name, NameRules.DnsSubdomain);
        PluginArguments arguments = PluginArgumentsReader.Read(profile, path, name, errors);
        Dictionary<string, int> weights = ReadWeights(profile.Child("plugins"), $"{path}.plugins", errors);
        if (arguments.Lookahead is not null && !weights.ContainsKey(PluginNames.Lookahead))
        {
            errors.Add(FieldError.Invalid($"{path}.pluginConfig", PluginNames.Lookahead, "the plugin is not enabled: add it to plugins.score.enabled"));
        }

        return new SchedulerProfile(name)
        {
            Scorers = [.. weights.Select(w => PluginNames.NodeScorer(w.Key, w.Value, arguments.Strategy)).OfType<INodeScorer>()],
            TopologyScorers = [.. weights.Select(w => TopologyScorer(w.Key, w.Value, arguments)).OfType<ITopologyScorer>()],
            Lookahead = weights.ContainsKey(PluginNames.Lookahead) ? arguments.Lookahead ?? new LookaheadOptions() : null,
            LookaheadWeight = weights.GetValueOrDefault(PluginNames.Lookahead, 1),
            Defaults = arguments.Defaults,
        };
    }

    private static ITopologyScorer? TopologyScorer(string name, int weight, PluginArguments arguments) => name switch
    {
        PluginNames.PodTopologySpread => new SpreadsSoftly { Weight = weight },
        PluginNames.InterPodAffinity => new PrefersPodAffinity { Weight = weight, HardAffinityWeight = arguments.HardPodAffinityWeight },
        _ => null,
    };

    // In Kubernetes' way: the defaults, less what is disabled, plus what is enabled, with its weight; multiPoint first, then score.
    private static Dictionary<string, int> ReadWeights(JsonObject? plugins, string path, ICollection<FieldError> errors)
    {
        Only(plugins, path + ".", errors, ["multiPoint", "score", .. UnsupportedPoints]);
        foreach (string point in UnsupportedPoints)
        {
            foreach (string list in (ReadOnlySpan<string>)["enabled", "disabled"])
            {
                if (plugins.Child(point).Array(list) is { Count: > 0 })
                {
                    errors.Add(FieldError.Forbidden($"{path}.{point}.{list}", "is not supported: only which plugins score, and how much that weighs, can be configured"));
                }
            }
        }

        var weights = new Dictionary<string, int>(PluginNames.Scoring, StringComparer.Ordinal);
        foreach (string point in (ReadOnlySpan<string>)["multiPoint", "score"])
        {
            Disable(plugins.Child(point), $"{path}.{point}", isScore: point == "score", weights, errors);
            Enable(plugins.Child(point), $"{path}.{point}", isScore: point == "score", weights, errors);
        }

        return weights;
    }

    private static void Disable(JsonObject? point, string path, bool isScore, Dictionary<string, int> weights, ICollection<FieldError> errors)
    {
        Only(point, path + ".", errors, "enabled", "disabled");
        foreach ((JsonObject plugin, int i) in point.Items("disabled"))
        {
            string name = plugin.Text("name") ?? "";
            string field = $"{path}.disabled[{i}].name";
            if (name == "*" && isScore)
            {
                weights.Clear();
            }
            else if (!PluginNames.IsBuiltIn(name) || (isScore && !PluginNames.Scoring.ContainsKey(name)))
            {
                errors.Add(FieldError.NotSupported(field, name, isScore ? [.. PluginNames.Scoring.Keys, "*"] : PluginNames.Scoring.Keys.Where(PluginNames.OnlyScores)));
            }
            else if (!isScore && !PluginNames.OnlyScores(name))
            {
                errors.Add(FieldError.Forbidden(field, $"{name} cannot be disabled altogether, since it filters nodes: disable it in plugins.score"));
            }
            else
            {
                weights.Remove(name);
            }
        }
    }

    private static void Enable(JsonObject? point, string path, bool isScore, Dictionary<string, int> weights, ICollection<FieldError> errors)
    {
        foreach ((JsonObject plugin, int i) in point.Items("enabled"))
        {
            string name = plugin.Text("name") ?? "";
            bool scores = PluginNames.Scoring.ContainsKey(name) || name == PluginNames.Lookahead;
            if (!scores && (isScore || !PluginNames.IsBuiltIn(name)))
            {
                errors.Add(FieldError.NotSupported($"{path}.enabled[{i}].name", name, [.. PluginNames.Scoring.Keys, PluginNames.Lookahead]));
                continue;
            }

            int most = name == PluginNames.Lookahead ? MostLookaheadWeight : MostWeight;
            if (plugin["weight"] is not null && (plugin.Integer("weight") is not { } given || given < 0 || given > most))
            {
                errors.Add(FieldError.Invalid($"{path}.enabled[{i}].weight", plugin["weight"].AsScalarText(), $"must be between 0 and {most}, inclusive"));
            }

            if (scores)
            {
                // Absent or 0 means 1 in a list of enabled plugins, as in Kubernetes.
                weights[name] = plugin.Integer("weight") is { } weight && weight > 0 && weight <= most ? (int)weight : 1;
            }
        }
    }

    /// <summary>Adds an error for each member that is not among the known.</summary>
    internal static void Only(JsonObject? obj, string path, ICollection<FieldError> errors, params ReadOnlySpan<string> known)
    {
        foreach ((string name, JsonNode? value) in obj ?? [])
        {
            if (!known.Contains(name) && !value.IsUnset())
            {
                errors.Add(FieldError.Forbidden(path + name, "is not supported"));
            }
        }
    }
}
