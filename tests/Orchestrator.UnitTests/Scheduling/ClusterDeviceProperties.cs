using System.Text.Json;
using CsCheck;
using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>Random histories of a cluster with devices, against a reference that knows only who has which device.</summary>
public sealed class ClusterDeviceProperties
{
    private const string Gpu = "example.com/gpu";

    private static readonly Gen<Demand> GenDemand =
        from amount in Gen.OneOf(
            Gen.Int[1, 999].Select(share => (Count: 1, Share: share)),
            Gen.OneOf(250, 500).Select(share => (Count: 1, Share: share)),
            Gen.Int[1, 3].Select(count => (Count: count, Share: 1000)))
        from models in Gen.OneOf<string[]>([], [], ["a"], ["b"], ["a", "b"], ["c"])
        select new Demand(amount.Count, amount.Share, models);

    private static readonly Gen<string[]> GenDevices = Gen.OneOf("a", "b").Array[0, 4];

    private static readonly Gen<(int What, int Pick, Demand Demand, string[] Devices)[]> GenHistory =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], GenDemand, GenDevices).Array[1, 60];

    [Fact]
    public void No_device_is_overcommitted_and_what_fits_is_never_refused() => GenHistory.Sample(history =>
    {
        var run = new Run();
        foreach ((int what, int pick, Demand demand, string[] devices) in history)
        {
            switch (what)
            {
                case <= 5:
                    run.Place(demand);
                    break;
                case 6 or 7:
                    run.SetNode($"n{pick % 3}", devices);
                    break;
                case 8:
                    run.Remove(pick);
                    break;
                default:
                    run.LoseNode($"n{pick % 3}");
                    break;
            }
        }
    }, iter: 2000);

    [Fact]
    public void Asking_who_might_give_way_leaves_all_their_devices() => GenHistory.Sample(history =>
    {
        var run = new Run();
        run.SetNode("n0", ["a", "b", "a"]);
        foreach ((_, int pick, Demand demand, _) in history)
        {
            run.Place(demand);
            run.Remove(pick % 7 == 0 ? pick : -1);
            run.AskForPreemption(demand);
        }
    }, iter: 300);

    private sealed record Demand(int Count, int Share, string[] Models)
    {
        public string ToJson()
        {
            string resource = Share == 1000 ? Gpu : DeviceResources.ShareOf(Gpu);
            int amount = Share == 1000 ? Count : Share;
            return JsonSerializer.Serialize(new
            {
                metadata = new { @namespace = "default", annotations = new Dictionary<string, string> { ["orchestrator.dev/device-models"] = string.Join(',', Models) } },
                spec = new { containers = new[] { new { resources = new { requests = new Dictionary<string, string> { [resource] = $"{amount}" } } } } },
            });
        }
    }

    private sealed class Run
    {
        private readonly ClusterState _cluster = new();
        private readonly WorkloadCatalog _workloads;
        private readonly Placer _placer;
        private readonly Preemptor _preemptor;
        private readonly Dictionary<string, string[]> _nodes = [];
        private readonly Dictionary<string, (string Node, Demand Demand, string[] Ids)> _pods = [];
        private int _arrivals;

        public Run()
        {
            _workloads = new WorkloadCatalog(_cluster);
            _placer = new Placer(_cluster, PlacementProfile.Default, new Random(3));
            _preemptor = new Preemptor(_cluster, PlacementProfile.Default, new Random(3));
        }

        public void SetNode(string name, string[] models)
        {
            // What pods have does not vanish under them: a device changes only where nobody has it.
            if (_pods.Values.Any(p => p.Node == name))
            {
                models = [.. _nodes.GetValueOrDefault(name, []), "a"];
            }

            if (models.Length > 8)
            {
                return;
            }

            _nodes[name] = models;
            _cluster.SetNode(new NodeFacts(name, [new("pods", "100"), new(Gpu, $"{models.Length}"), new($"{Gpu}-milli", $"{models.Length * 1000}")], [], [], false)
            {
                Devices = [.. models.Select((model, i) => new NodeDevice(Gpu, $"{i}", model))],
            });
            _cluster.SetHypervisor(new HypervisorFacts($"{name}-containerd", name, true, ["runc"]));
            Check();
        }

        public void LoseNode(string name)
        {
            if (!_pods.Values.Any(p => p.Node == name))
            {
                _nodes.Remove(name);
                _cluster.RemoveNode(name);
            }
        }

        public void Place(Demand demand)
        {
            using JsonDocument json = JsonDocument.Parse(demand.ToJson());
            Workload workload = _workloads.Find(json.RootElement, "runc");
            bool fits = _nodes.Keys.Any(node => Enumerable.Range(0, _nodes[node].Length).Count(i => Accepts(node, i, demand)) >= demand.Count);
            Placement placement = _placer.Place(workload);
            Assert.Equal(fits, placement.IsPlaced);
            PlacementReport report = _placer.Report(workload, placement);
            if (!placement.IsPlaced)
            {
                Assert.True(_nodes.Count == 0 || report.Remedies.Count > 0);
                return;
            }

            string uid = $"pod-{_arrivals++}";
            // Every other one is bound by somebody who does not say which devices.
            _cluster.PlacePod(uid, placement.NodeName!, workload, default, _arrivals % 2 == 0 ? null : report.Devices);
            AssignedDevices assigned = Assert.Single(_cluster.FindPod(uid)!.Devices!);
            Assert.Equal(report.Devices, [assigned]);
            Assert.All(assigned.Ids, id => Assert.True(Accepts(placement.NodeName!, int.Parse(id, System.Globalization.CultureInfo.InvariantCulture), demand)));
            Assert.Equal(demand.Count, assigned.Ids.Distinct().Count());
            _pods.Add(uid, (placement.NodeName!, demand, [.. assigned.Ids]));
            Check();
        }

        public void Remove(int pick)
        {
            if (pick >= 0 && _pods.Count > 0)
            {
                string uid = _pods.Keys.ElementAt(pick % _pods.Count);
                _cluster.RemovePod(uid);
                _pods.Remove(uid);
                Check();
            }
        }

        public void AskForPreemption(Demand demand)
        {
            using JsonDocument json = JsonDocument.Parse(demand.ToJson());
            PreemptionPlan? plan = _preemptor.Find(_workloads.Find(json.RootElement, "runc"), priority: 1);
            Check();
            if (plan is not null)
            {
                string[] victims = [.. plan.Victims.Select(v => v.Uid)];
                foreach (string uid in victims)
                {
                    _cluster.RemovePod(uid);
                    _pods.Remove(uid);
                }

                // Their going makes room on that node.
                Assert.True(Enumerable.Range(0, _nodes[plan.NodeName].Length).Count(i => Accepts(plan.NodeName, i, demand)) >= demand.Count);
            }
        }

        private bool Accepts(string node, int device, Demand demand) =>
            (demand.Models.Length == 0 || demand.Models.Contains(_nodes[node][device])) && Free(node, device) >= demand.Share;

        private int Free(string node, int device) => 1000 - _pods.Values.Where(p => p.Node == node && p.Ids.Contains($"{device}")).Sum(p => p.Demand.Share);

        private void Check()
        {
            foreach ((string node, string[] models) in _nodes)
            {
                Assert.True(_cluster.TryFindSlot(node, out int slot));
                int[] expected = [.. models.Select((_, i) => Free(node, i))];
                Assert.All(expected, free => Assert.InRange(free, 0, 1000));
                Assert.Equal(expected, _cluster.DevicesOf(slot, Gpu) is { } pool ? pool.Free.ToArray() : []);
            }
        }
    }
}
