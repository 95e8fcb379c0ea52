using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Load.Scenarios;

/// <summary>Reads scenarios, and says all that is wrong with them at once.</summary>
internal static class ScenarioReader
{
    private const int MostNodes = 1_000_000;
    private static readonly string[] FaultKinds = ["loseNodes", "slowAgents", "pauseDatabase", "slowScheduler"];

    /// <summary>The scenario; null, with errors, where anything is wrong.</summary>
    public static Scenario? Read(JsonObject source, ICollection<FieldError> errors)
    {
        var before = errors.Count;
        var fields = new FieldReader(source, "", errors);
        var measure = fields.RequiredText("measure");
        if (measure.Length > 0 && !Measures.All.Contains(measure))
        {
            errors.Add(FieldError.NotSupported("measure", measure, Measures.All));
        }

        var scenario = new Scenario
        {
            Name = fields.RequiredText("name"),
            Description = fields.Text("description"),
            Measure = measure,
            Seed = fields.Whole("seed", 1, 0, int.MaxValue),
            Rounds = fields.Whole("rounds", 3, 1, 10_000),
            WarmUp = fields.Duration("warmUp", TimeSpan.Zero),
            Duration = fields.Duration("duration", TimeSpan.FromSeconds(10)),
            Policy = fields.OneOf("policy", PlacementPolicies.Balanced, [.. PlacementPolicies.All.Keys]),
            Nodes = fields.List("nodes", ReadNodes),
            Workloads = fields.List("workloads", ReadWorkload),
            Cases = fields.List("cases", f => CaseFields.Read(f, measure)),
            Faults = fields.List("faults", ReadFault),
            Thresholds = fields.List("thresholds", ReadThreshold),
            Source = source,
        };
        fields.Close();
        errors.Check("name", scenario.Name, NameRules.DnsSubdomain);
        CheckTogether(scenario, errors);
        return errors.Count == before ? scenario : null;
    }

    private static NodeClass ReadNodes(FieldReader fields)
    {
        var name = fields.RequiredText("name");
        fields.Errors.Check(fields.PathOf("name"), name, NameRules.DnsLabel);
        var capacity = fields.Map("capacity");
        foreach (var (resource, amount) in capacity.Where(c => !Quantity.TryParse(c.Value, out _)))
        {
            fields.Errors.Add(FieldError.Invalid($"{fields.PathOf("capacity")}.{resource}", amount, "must be a quantity, such as 32, 500m or 128Gi"));
        }

        foreach (var resource in ((string[])["cpu", "memory", "pods"]).Where(r => !capacity.ContainsKey(r)))
        {
            fields.Errors.Add(FieldError.Required($"{fields.PathOf("capacity")}.{resource}"));
        }

        var runtimes = fields.Texts("runtimes");
        return new NodeClass(
            name,
            fields.Whole("count", 1, 1, MostNodes),
            capacity,
            fields.Whole("zones", 1, 1, 10_000),
            fields.Map("labels"),
            fields.List("taints", t => new Taint(t.RequiredText("key"), t.Text("value"), t.OneOf("effect", "NoSchedule", "NoSchedule", "PreferNoSchedule", "NoExecute"))),
            runtimes.Count == 0 ? ["runc"] : runtimes);
    }

    private static WorkloadClass ReadWorkload(FieldReader fields)
    {
        var pod = fields.Object("pod");
        if (pod?.Child("spec")?.Array("containers") is not { Count: > 0 })
        {
            fields.Errors.Add(FieldError.Required(fields.PathOf("pod.spec.containers"), "a pod's metadata and spec"));
        }

        var lifetime = fields.Inner("lifetime");
        var read = lifetime is null ? null : new Lifetime(lifetime.OneOf("distribution", "exponential", "fixed", "exponential", "pareto"), lifetime.Duration("mean", TimeSpan.FromSeconds(30)));
        lifetime?.Close();
        return new WorkloadClass(
            fields.RequiredText("name"), fields.Number("weight", 1, 0.000001, 1_000_000), pod ?? [], pod.Child("spec").Text("runtimeClassName") is { Length: > 0 } name ? name : "runc", read);
    }

    private static Fault ReadFault(FieldReader fields)
    {
        var kind = fields.RequiredText("kind");
        if (kind.Length > 0 && !FaultKinds.Contains(kind))
        {
            fields.Errors.Add(FieldError.NotSupported(fields.PathOf("kind"), kind, FaultKinds));
        }

        return new Fault(
            kind,
            fields.Duration("at", TimeSpan.Zero),
            fields.Duration("for", TimeSpan.Zero),
            kind is "loseNodes" or "slowAgents" or "slowScheduler" ? fields.Number("share", 0.1, 0, 100) : 0,
            kind == "slowAgents" ? fields.Duration("delay", TimeSpan.FromSeconds(1)) : TimeSpan.Zero);
    }

    private static Threshold ReadThreshold(FieldReader fields)
    {
        var threshold = new Threshold(
            fields.Text("case"),
            fields.RequiredText("metric"),
            fields.Has("least") ? fields.Number("least", 0, double.MinValue, double.MaxValue) : null,
            fields.Has("most") ? fields.Number("most", 0, double.MinValue, double.MaxValue) : null);
        if (threshold is { Least: null, Most: null })
        {
            fields.Errors.Add(FieldError.Required(fields.PathOf("most"), "least, most, or both"));
        }

        return threshold;
    }

    private static void CheckTogether(Scenario scenario, ICollection<FieldError> errors)
    {
        if (scenario.Cases.Count == 0)
        {
            errors.Add(FieldError.Required("cases"));
        }

        CheckNames("cases", scenario.Cases.Select(c => c.Name), errors);
        CheckNames("workloads", scenario.Workloads.Select(w => w.Name), errors);
        CheckNames("nodes", scenario.Nodes.Select(n => n.Name), errors);
        if (scenario.Measure is Measures.Memory or Measures.Bind or Measures.Placement or Measures.Replay or Measures.Lifecycle or Measures.NodeLoss or Measures.Rollout && scenario.Nodes.Count == 0)
        {
            errors.Add(FieldError.Required("nodes"));
        }

        if (scenario.Measure is Measures.Placement or Measures.Lifecycle or Measures.NodeLoss && scenario.Workloads.Count == 0)
        {
            errors.Add(FieldError.Required("workloads"));
        }

        for (var i = 0; i < scenario.Cases.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"cases[{i}]");
            foreach (var name in scenario.Cases[i].Workloads.Append(scenario.Cases[i].FilledWith).Where(n => n.Length > 0 && scenario.Workloads.All(w => w.Name != n)))
            {
                errors.Add(FieldError.NotFound($"{at}.workloads", name));
            }
        }

        for (var i = 0; i < scenario.Faults.Count; i++)
        {
            CheckFault(scenario, scenario.Faults[i], string.Create(CultureInfo.InvariantCulture, $"faults[{i}].kind"), errors);
        }

        for (var i = 0; i < scenario.Thresholds.Count; i++)
        {
            if (scenario.Thresholds[i].Case is { Length: > 0 } name && scenario.Cases.All(c => c.Name != name))
            {
                errors.Add(FieldError.NotFound(string.Create(CultureInfo.InvariantCulture, $"thresholds[{i}].case"), name));
            }
        }
    }

    private static void CheckFault(Scenario scenario, Fault fault, string path, ICollection<FieldError> errors)
    {
        string[] measures = fault.Kind switch
        {
            "slowScheduler" => [Measures.Placement, Measures.Replay],
            "pauseDatabase" => [Measures.Bind, Measures.Lifecycle],
            "loseNodes" => [Measures.NodeLoss, Measures.Replay],
            _ => [Measures.Lifecycle, Measures.NodeLoss, Measures.Rollout],
        };
        if (FaultKinds.Contains(fault.Kind) && !measures.Contains(scenario.Measure))
        {
            errors.Add(FieldError.Forbidden(path, $"{fault.Kind} has no effect on {scenario.Measure}; it is for {string.Join(", ", measures)}"));
        }
    }

    private static void CheckNames(string list, IEnumerable<string> names, ICollection<FieldError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            if (name.Length > 0 && !seen.Add(name))
            {
                errors.Add(FieldError.Duplicate(string.Create(CultureInfo.InvariantCulture, $"{list}[{i}].name"), name));
            }
        }
    }
}
