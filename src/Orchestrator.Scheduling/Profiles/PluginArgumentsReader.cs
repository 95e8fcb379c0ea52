using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Lookahead;
using Orchestrator.Scheduling.Reading;
using Orchestrator.Scheduling.Scorers;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Profiles;

/// <summary>Reads <c>profiles[].pluginConfig</c>.</summary>
internal static class PluginArgumentsReader
{
    private const int MostSequences = 256;
    private const int MostLength = 512;

    private static readonly WeighedResource[] CpuAndMemory = [new("cpu", 1), new("memory", 1)];

    public static PluginArguments Read(JsonObject profile, string path, string schedulerName, ICollection<FieldError> errors)
    {
        var read = new PluginArguments { Defaults = new ShapeDefaults(schedulerName) { Spread = ShapeDefaults.SystemSpread } };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject config, int i) in profile.Items("pluginConfig"))
        {
            string name = config.Text("name") ?? "";
            string at = $"{path}.pluginConfig[{i}]";
            SchedulerConfigurationReader.Only(config, at + ".", errors, "name", "args");
            if (!seen.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            JsonObject args = config.Child("args") ?? [];
            switch (name)
            {
                case PluginNames.NodeResourcesFit:
                    read = read with { Strategy = Strategy(args, $"{at}.args", errors) };
                    break;
                case PluginNames.InterPodAffinity:
                    read = read with { HardPodAffinityWeight = HardAffinityWeight(args, $"{at}.args", errors) };
                    break;
                case PluginNames.PodTopologySpread:
                    read = read with { Defaults = WithSpread(read.Defaults, Spread(args, $"{at}.args", errors)) };
                    break;
                case PluginNames.NodeAffinity:
                    read = read with { Defaults = WithAffinity(read.Defaults, args, $"{at}.args", errors) };
                    break;
                case PluginNames.Lookahead:
                    read = read with { Lookahead = Lookahead(args, $"{at}.args", errors) };
                    break;
                default:
                    errors.Add(FieldError.NotSupported(
                        $"{at}.name", name, PluginNames.NodeResourcesFit, PluginNames.InterPodAffinity, PluginNames.PodTopologySpread, PluginNames.NodeAffinity, PluginNames.Lookahead));
                    break;
            }
        }

        return read;
    }

    private static void Only(JsonObject args, string path, ICollection<FieldError> errors, params ReadOnlySpan<string> known) =>
        SchedulerConfigurationReader.Only(args, path + ".", errors, ["apiVersion", "kind", .. known]);

    private static AllocationStrategy? Strategy(JsonObject args, string path, ICollection<FieldError> errors)
    {
        Only(args, path, errors, "scoringStrategy");
        path += ".scoringStrategy";
        if (args.Child("scoringStrategy") is not { } strategy)
        {
            return null;
        }

        SchedulerConfigurationReader.Only(strategy, path + ".", errors, "type", "resources", "requestedToCapacityRatio");
        List<WeighedResource> resources = [];
        foreach ((JsonObject resource, int i) in strategy.Items("resources"))
        {
            string name = resource.Text("name") ?? "";
            errors.CheckRequired($"{path}.resources[{i}].name", name, NameRules.QualifiedName);
            long weight = resource["weight"] is null ? 1 : resource.Integer("weight") ?? 0;
            if (weight is < 1 or > 100)
            {
                errors.Add(FieldError.Invalid($"{path}.resources[{i}].weight", resource["weight"].AsScalarText(), "must be between 1 and 100, inclusive"));
            }

            resources.Add(new WeighedResource(name, (int)Math.Clamp(weight, 1, 100)));
        }

        IReadOnlyList<WeighedResource> weighed = resources.Count == 0 ? CpuAndMemory : resources;
        string type = strategy.Text("type") is { Length: > 0 } given ? given : "LeastAllocated";
        errors.CheckOneOf($"{path}.type", type, "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio");
        return type switch
        {
            "MostAllocated" => AllocationStrategy.MostAllocated(weighed),
            "RequestedToCapacityRatio" => new AllocationStrategy(type, weighed, Points(strategy.Child("requestedToCapacityRatio"), $"{path}.requestedToCapacityRatio", errors)),
            _ => resources.Count == 0 ? null : AllocationStrategy.LeastAllocated(weighed),
        };
    }

    // Scores go from 0 to 10 in Kubernetes' configuration.
    private static List<UtilisationPoint> Points(JsonObject? ratio, string path, ICollection<FieldError> errors)
    {
        var points = new List<UtilisationPoint>();
        foreach ((JsonObject point, int i) in ratio.Items("shape"))
        {
            long utilisation = point.Integer("utilization") ?? 0;
            long score = point.Integer("score") ?? 0;
            if (utilisation is < 0 or > 100 || (points.Count > 0 && utilisation <= points[^1].Utilisation))
            {
                errors.Add(FieldError.Invalid($"{path}.shape[{i}].utilization", utilisation, "must be between 0 and 100, and greater than that of the point before"));
            }

            if (score is < 0 or > 10)
            {
                errors.Add(FieldError.Invalid($"{path}.shape[{i}].score", score, "must be between 0 and 10, inclusive"));
            }

            points.Add(new UtilisationPoint((int)Math.Clamp(utilisation, 0, 100), (int)Math.Clamp(score, 0, 10) * 10));
        }

        if (points.Count == 0)
        {
            errors.Add(FieldError.Required($"{path}.shape", "at least one point must be specified"));
            points.Add(default);
        }

        return points;
    }

    private static int HardAffinityWeight(JsonObject args, string path, ICollection<FieldError> errors)
    {
        Only(args, path, errors, "hardPodAffinityWeight");
        long weight = args["hardPodAffinityWeight"] is null ? 1 : args.Integer("hardPodAffinityWeight") ?? -1;
        if (weight is < 0 or > 100)
        {
            errors.Add(FieldError.Invalid($"{path}.hardPodAffinityWeight", args["hardPodAffinityWeight"].AsScalarText(), "not in valid range [0, 100]"));
        }

        return (int)Math.Clamp(weight, 0, 100);
    }

    private static IReadOnlyList<DefaultSpread> Spread(JsonObject args, string path, ICollection<FieldError> errors)
    {
        Only(args, path, errors, "defaultConstraints", "defaultingType");
        string type = args.Text("defaultingType") is { Length: > 0 } given ? given : "System";
        errors.CheckOneOf($"{path}.defaultingType", type, "System", "List");
        List<DefaultSpread> spread = [];
        foreach ((JsonObject constraint, int i) in args.Items("defaultConstraints"))
        {
            string at = $"{path}.defaultConstraints[{i}]";
            SchedulerConfigurationReader.Only(constraint, at + ".", errors, "maxSkew", "topologyKey", "whenUnsatisfiable");
            string action = constraint.Text("whenUnsatisfiable") ?? "";
            errors.CheckRequired($"{at}.topologyKey", constraint.Text("topologyKey"), NameRules.QualifiedName);
            errors.CheckRequired($"{at}.whenUnsatisfiable", action, _ => null);
            errors.CheckOneOf($"{at}.whenUnsatisfiable", action, "DoNotSchedule", "ScheduleAnyway");
            if (constraint.Integer("maxSkew") is not (> 0 and <= int.MaxValue))
            {
                errors.Add(FieldError.Invalid($"{at}.maxSkew", constraint["maxSkew"].AsScalarText(), "must be greater than zero"));
            }

            spread.Add(new DefaultSpread((int)Math.Clamp(constraint.Integer("maxSkew") ?? 1, 1, int.MaxValue), constraint.Text("topologyKey") ?? "", action != "ScheduleAnyway"));
        }

        if (type == "System" && spread.Count > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.defaultingType", type, "when .defaultConstraints are not empty, must be List"));
        }

        return type == "System" ? ShapeDefaults.SystemSpread : spread;
    }

    private static ShapeDefaults WithSpread(ShapeDefaults defaults, IReadOnlyList<DefaultSpread> spread) =>
        new(defaults.Key) { AddedAffinity = defaults.AddedAffinity, AddedPreferences = defaults.AddedPreferences, Spread = spread };

    private static ShapeDefaults WithAffinity(ShapeDefaults defaults, JsonObject args, string path, ICollection<FieldError> errors)
    {
        Only(args, path, errors, "addedAffinity");
        JsonObject? added = args.Child("addedAffinity");
        Model.Rules.Pods.NodeAffinityRules.Validate(added, $"{path}.addedAffinity", errors);
        using JsonDocument json = JsonDocument.Parse((added ?? []).ToJsonString());
        (IReadOnlyList<NodeSelectorTerm>? required, IReadOnlyList<PreferredTerm> preferred) = NodeAffinityReader.Read(json.RootElement);
        return new ShapeDefaults(defaults.Key) { AddedAffinity = required, AddedPreferences = preferred, Spread = defaults.Spread };
    }

    private static LookaheadOptions Lookahead(JsonObject args, string path, ICollection<FieldError> errors)
    {
        Only(args, path, errors, "sequences", "length");
        var options = new LookaheadOptions();
        return options with
        {
            Sequences = Number(args, path, "sequences", options.Sequences, MostSequences, errors),
            Length = Number(args, path, "length", options.Length, MostLength, errors),
        };
    }

    private static int Number(JsonObject args, string path, string name, int absent, int most, ICollection<FieldError> errors)
    {
        long value = args[name] is null ? absent : args.Integer(name) ?? 0;
        if (value < 1 || value > most)
        {
            errors.Add(FieldError.Invalid($"{path}.{name}", args[name].AsScalarText(), $"must be between 1 and {most}, inclusive"));
        }

        return (int)Math.Clamp(value, 1, most);
    }
}
