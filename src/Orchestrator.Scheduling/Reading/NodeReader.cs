using System.Text.Json;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Model.Quantities;
using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from a stored Node or Hypervisor what placement needs.</summary>
public static class NodeReader
{
    public static NodeFacts ReadNode(JsonElement node)
    {
        JsonElement spec = node.Member("spec");
        JsonElement status = node.Member("status");
        JsonElement resources = status.Member("allocatable");
        if (!resources.HasContent())
        {
            resources = status.Member("capacity");
        }

        return new NodeFacts(
            node.Member("metadata").Member("name").Text(),
            [.. resources.Members().Select(m => KeyValuePair.Create(m.Name, m.Value.Text()))],
            [.. node.Member("metadata").Member("labels").Members().Select(m => new Label(m.Name, m.Value.Text()))],
            [.. spec.Member("taints").Items().Select(t => new Taint(t.Member("key").Text(), t.Member("value").Text(), t.Member("effect").Text()))],
            spec.Member("unschedulable").IsTrue())
        {
            Devices = DeviceReader.OfNode(node.Member("metadata")),
            Images =
            [
                .. status.Member("images").Items().SelectMany(image => image.Member("names").Items()
                    .Select(name => KeyValuePair.Create(ImageName.Normalize(name.Text()), image.Member("sizeBytes").Whole()))),
            ],
        };
    }

    public static HypervisorFacts ReadHypervisor(JsonElement hypervisor)
    {
        JsonElement status = hypervisor.Member("status");
        bool ready = status.Member("conditions").Items().Any(c => c.Member("type").Text() == "Ready" && c.Member("status").Text() == "True");
        return new HypervisorFacts(
            hypervisor.Member("metadata").Member("name").Text(),
            hypervisor.Member("spec").Member("nodeName").Text(),
            ready,
            [.. status.Member("runtimeHandlers").Items().Select(h => h.Text())])
        {
            Class = hypervisor.Member("spec").Member("class").Text() is { Length: > 0 } given ? given : VirtualizationClasses.OSLevel,
            Slots = Slots(hypervisor),
            Vcpus = Vcpus(hypervisor),
            Capabilities = [.. status.Member("capabilities").Items().Select(c => c.Text())],
        };
    }

    private static int? Slots(JsonElement hypervisor)
    {
        JsonElement own = hypervisor.Member("spec").Member("maxWorkloads");
        JsonElement observed = hypervisor.Member("status").Member("capacity").Member("pods");
        long limit = Math.Min(
            own.IsPresent() ? Math.Max(0, own.Whole()) : long.MaxValue,
            Quantity.TryParse(observed.Text(), out Quantity pods) ? Math.Max(0, pods.Value) : long.MaxValue);
        return limit > int.MaxValue ? null : (int)limit;
    }

    private static int? Vcpus(JsonElement hypervisor) =>
        Quantity.TryParse(hypervisor.Member("spec").Member("vcpusPerCpu").Text(), out Quantity ratio)
        && Quantity.TryParse(hypervisor.Member("status").Member("capacity").Member("cpu").Text(), out Quantity cpu)
            ? (int)Math.Clamp(ratio.MilliValue * (cpu.MilliValue / 1000m) / 1000m, 0, int.MaxValue)
            : null;
}
