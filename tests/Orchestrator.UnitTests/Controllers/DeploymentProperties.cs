using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Grains.Apps.Deployments;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;

namespace Orchestrator.UnitTests.Controllers;

/// <summary>Deployments in any state: no step exceeds the surge or goes below what must be available, and steps lead to the end from anywhere.</summary>
public sealed class DeploymentProperties
{
    private const string Resource = "replicasets.apps";

    private static readonly Gen<SetState> GenSet =
        from size in Gen.Int[0, 6]
        from actual in Gen.Int[0, 6]
        from available in Gen.Int[0, 6]
        select new SetState(size, actual, Math.Min(available, actual));

    private static readonly Gen<Case> GenCase =
        from replicas in Gen.Int[0, 8]
        from surge in Gen.OneOf("0", "1", "3", "25%", "100%")
        from unavailable in Gen.OneOf("1", "2", "25%", "100%")
        from old in GenSet.Array[0, 3]
        from newest in GenSet
        from hasNewest in Gen.Bool
        from recreate in Gen.Int[0, 4]
        select new Case(replicas, surge, unavailable, old, hasNewest ? newest : null, recreate == 0);

    [Fact]
    public void No_step_exceeds_the_surge_or_ends_too_many() => GenCase.Where(c => !c.Recreates).Sample(given =>
    {
        ControllerBench bench = Bench(given);
        RolloutLimits limits = RolloutLimits.Of(ClusterObjects.Read(bench.Database.All("deployments.apps").Single()).Child("spec")!);
        long sizesBefore = Sizes(bench).Sum(s => Math.Max(s.Size, s.Actual));
        long sureBefore = Sizes(bench).Sum(s => Math.Min(s.Available, s.Size));

        bench.Look("deployments.apps", "web");

        long sizes = Sizes(bench).Sum(s => Math.Max(s.Size, s.Actual));
        Assert.True(sizes <= Math.Max(limits.Most, sizesBefore), $"{sizes} pods, {limits.Most} are allowed");

        // What an available pod is ended for counts sizes as carried out: those that shrink lose unavailable pods first.
        long sure = Sizes(bench).Sum(s => Math.Min(s.Available, s.Size));
        Assert.True(sure >= Math.Min(limits.Least, sureBefore), $"{sure} available pods are left, {limits.Least} are needed");
    });

    [Fact]
    public void Steps_lead_to_the_end_from_any_state() => GenCase.Sample(given =>
    {
        ControllerBench bench = Bench(given);
        for (int step = 0; step < 60; step++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            bench.Look("deployments.apps", "web");
            CarryOut(bench);
        }

        long before = bench.Database.Revision;
        ReconcilePlan last = bench.Look("deployments.apps", "web");
        Assert.Equal(before, bench.Database.Revision);
        JsonObject status = ClusterObjects.Read(bench.Database.All("deployments.apps").Single()).Child("status")!;
        Assert.Equal((given.Replicas, given.Replicas, given.Replicas), (Of(status, "replicas"), Of(status, "updatedReplicas"), Of(status, "availableReplicas")));
        Assert.Null(last.LookAgainAfter);
    });

    private static int Of(JsonObject status, string count) => (int)(status.Integer(count) ?? 0);

    private static IEnumerable<SetState> Sizes(ControllerBench bench) => bench.Database.All(Resource).Select(ClusterObjects.Read).Select(s => new SetState(
        Of(s.Child("spec")!, "replicas"), Of(s.Child("status") ?? [], "replicas"), Of(s.Child("status") ?? [], "availableReplicas")));

    // Every ReplicaSet has at once what it wants, and all of it available.
    private static void CarryOut(ControllerBench bench)
    {
        foreach (StoredObject set in bench.Database.All(Resource).ToArray())
        {
            bench.Database.Commit([ClusterObjects.Change(set, s => s["status"] = Status((int)(s.Child("spec").Integer("replicas") ?? 0), (int)(s.Child("spec").Integer("replicas") ?? 0), s))], null);
        }
    }

    private static JsonObject Status(int actual, int available, JsonObject set) => new()
    {
        ["replicas"] = actual,
        ["readyReplicas"] = available,
        ["availableReplicas"] = available,
        ["observedGeneration"] = set.Child("metadata").Integer("generation") ?? 1,
    };

    private static ControllerBench Bench(Case given)
    {
        var bench = new ControllerBench(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        JsonObject strategy = given.Recreates
            ? new JsonObject { ["type"] = "Recreate" }
            : new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = Scaled(given.Surge), ["maxUnavailable"] = Scaled(given.Unavailable) } };
        bench.Add(Workload("Deployment", "web", "new", given.Replicas, s => s["strategy"] = strategy));
        for (int i = 0; i < given.Old.Length; i++)
        {
            bench.Add(Set($"old-{i}", $"old-{i}", given.Old[i], given.Replicas, i + 1));
        }

        if (given.Newest is { } newest)
        {
            bench.Add(Set("newest", "new", newest, given.Replicas, given.Old.Length + 1));
        }

        return bench;
    }

    private static JsonNode Scaled(string value) => int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : value;

    private static JsonObject Set(string name, string image, SetState state, int desired, int revision)
    {
        JsonObject set = Workload("ReplicaSet", "web-" + name, image, state.Size, s =>
        {
            s["selector"]!["matchLabels"]!["pod-template-hash"] = name;
            s["template"]!["metadata"]!["labels"]!["pod-template-hash"] = name;
        });
        JsonObject metadata = set.Child("metadata")!;
        metadata["labels"] = new JsonObject { ["app"] = "web", ["pod-template-hash"] = name };
        metadata["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = $"{revision}", ["deployment.kubernetes.io/desired-replicas"] = $"{desired}" };
        metadata["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = "web", ["uid"] = "uid-of-web", ["controller"] = true });
        metadata["creationTimestamp"] = $"2026-05-01T0{revision}:00:00Z";
        set["status"] = Status(state.Actual, state.Available, set);
        return set;
    }

    private static JsonObject Workload(string kind, string name, string image, int replicas, Action<JsonObject> configure)
    {
        var spec = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "web" } },
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = image }) },
            },
        };
        configure(spec);
        return new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
    }

    private sealed record SetState(int Size, int Actual, int Available);

    private sealed record Case(int Replicas, string Surge, string Unavailable, SetState[] Old, SetState? Newest, bool Recreates);
}
