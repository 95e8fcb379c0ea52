using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Store;
using Orchestrator.Testing.Cluster;

namespace Orchestrator.SimulationTests.Controllers;

/// <summary>Roll-outs of every kind under faults between any two writes, duplicate activations and reordered wakes: safe at each commit, complete in the end.</summary>
public sealed class ControllerSimulationTests
{
    private const int Runs = 250;

    /// <summary>Set ORCHESTRATOR_SEED to repeat one run.</summary>
    private static IEnumerable<int> Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SEED"), CultureInfo.InvariantCulture, out int seed) ? [seed] : Enumerable.Range(1, Runs);

    [Theory]
    [InlineData("rolling")]
    [InlineData("recreate")]
    [InlineData("stateful")]
    [InlineData("daemon")]
    public void Roll_outs_are_safe_at_every_commit_and_complete_in_the_end(string scenario)
    {
        foreach (int seed in Seeds)
        {
            ControllerSimulation simulation = Play(scenario, seed);
            Assert.True(simulation.Invariants.Violations.Count == 0, $"{scenario}, seed {seed}: {string.Join("; ", simulation.Invariants.Violations.Take(5))}");
            string rest = Rest(simulation, scenario);
            Assert.True(rest.Length == 0, $"{scenario}, seed {seed}: {rest}");
        }
    }

    [Fact]
    public void A_seed_takes_the_same_course_again() => Assert.Equal(Course(Play("rolling", 7)), Course(Play("rolling", 7)));

    private static ControllerSimulation Play(string scenario, int seed)
    {
        var random = new Random(seed);
        int replicas = random.Next(1, 6);
        int surge = random.Next(0, 3);
        int unavailable = Math.Min(replicas, surge == 0 ? random.Next(1, 3) : random.Next(0, 3));
        ControllerSimulation simulation = scenario switch
        {
            "rolling" => new ControllerSimulation(
                seed, "deployments.apps", () => Workload("Deployment", replicas, s => s["strategy"] = Rolling(surge, unavailable)),
                db => new PodInvariants(db, replicas + surge, replicas - unavailable)),
            "recreate" => new ControllerSimulation(
                seed, "deployments.apps", () => Workload("Deployment", replicas, s => s["strategy"] = new JsonObject { ["type"] = "Recreate" }),
                db => new PodInvariants(db, replicas, 0)),
            "stateful" => new ControllerSimulation(
                seed, "statefulsets.apps", () => Workload("StatefulSet", replicas, s => s["podManagementPolicy"] = seed % 2 == 0 ? "OrderedReady" : "Parallel"),
                db => new PodInvariants(db, replicas, replicas - 1)),
            _ => new ControllerSimulation(
                seed, "daemonsets.apps", () => Workload("DaemonSet", null, s => s["updateStrategy"] = Daemons(seed % 2)),
                db => new PodInvariants(db, int.MaxValue, seed % 2 == 0 ? 3 : 4, ControllerSimulation.NodeMeantFor, seed % 2 == 0 ? 1 : 2)),
        };
        try
        {
            simulation.Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{scenario}, seed {seed} failed", e);
        }

        return simulation;
    }

    private static JsonObject Rolling(int surge, int unavailable) =>
        new() { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = surge, ["maxUnavailable"] = unavailable } };

    private static JsonObject Daemons(int surge) =>
        new() { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = surge, ["maxUnavailable"] = 1 - surge } };

    private static JsonObject Workload(string kind, int? replicas, Action<JsonObject> configure)
    {
        var spec = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = ControllerSimulation.Name } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = ControllerSimulation.Name } },
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "v1" }) },
            },
            ["revisionHistoryLimit"] = 2,
            ["progressDeadlineSeconds"] = 600,
        };
        if (replicas is { } count)
        {
            spec["replicas"] = count;
        }

        configure(spec);
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = ControllerSimulation.Name, ["namespace"] = "default", ["uid"] = "uid-of-web", ["generation"] = 1 },
            ["spec"] = spec,
            ["status"] = new JsonObject(),
        };
    }

    // What is not as it should be once everything has come to rest; empty where all is.
    private static string Rest(ControllerSimulation simulation, string scenario)
    {
        JsonObject workload = ClusterObjects.Read(simulation.Database.All(simulation.Resource).Single());
        JsonObject? status = workload.Child("status");
        long wanted = scenario == "daemon" ? 4 : workload.Child("spec").Integer("replicas") ?? 1;
        List<string?> images = [.. simulation.Database.All("pods").Select(p => ClusterObjects.Read(p)["spec"]!["containers"]![0]!["image"].AsText())];
        string[] counts = scenario == "daemon"
            ? ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable"]
            : ["replicas", "readyReplicas", "updatedReplicas", "availableReplicas"];
        List<string> wrong = [.. counts.Where(c => status.Integer(c) != wanted).Select(c => $"{c} is {status.Integer(c)}")];
        if (images.Count != wanted || images.Exists(i => i != simulation.Image))
        {
            wrong.Add($"the images are {string.Join(' ', images)}, not {wanted} {simulation.Image}");
        }

        if (status.Integer("observedGeneration") != workload.Child("metadata").Integer("generation"))
        {
            wrong.Add("the last generation was not observed");
        }

        int history = simulation.Database.All(scenario is "rolling" or "recreate" ? "replicasets.apps" : "controllerrevisions.apps").Count();
        if (history > 3)
        {
            wrong.Add($"{history} revisions are kept");
        }

        return string.Join("; ", wrong);
    }

    private static string Course(ControllerSimulation simulation)
    {
        var course = new StringBuilder();
        foreach (Change change in simulation.Database.Log)
        {
            course.AppendLine(CultureInfo.InvariantCulture, $"{change.Revision} {change.Type} {change.Object.Key} {Encoding.UTF8.GetString(change.Object.Json.Span)}");
        }

        return course.ToString();
    }
}
