using Orchestrator.Cli.Lab;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.UnitTests.Lab;

public sealed class LabPlanTests
{
    private static readonly LabLayout Layout = new("/srv/lab");

    [Fact]
    public void Keeps_names_and_ports_when_nodes_are_added()
    {
        var first = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        var second = LabPlan.Choose(Layout, 3, first, ["orchestrator"]);
        Assert.Equal(first.ServerPort, second.ServerPort);
        Assert.Equal(first.Nodes[0], second.Nodes[0]);
        Assert.Equal(["lab-1", "lab-2", "lab-3"], second.Nodes.Select(node => node.Name));
        Assert.Equal(4, second.Nodes.Select(node => node.Port).Append(second.ServerPort).Distinct().Count());
    }

    [Fact]
    public void Labs_in_different_directories_share_no_names()
    {
        var one = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        var other = LabPlan.Choose(new LabLayout("/srv/other"), 1, existing: null, ["orchestrator"]);
        Assert.NotEqual(one.CgroupParent(one.Nodes[0]), other.CgroupParent(other.Nodes[0]));
        Assert.NotEqual(LabPlan.Containerd(Layout, one.Id).Bridge, LabPlan.Containerd(new LabLayout("/srv/other"), other.Id).Bridge);
    }

    [Theory]
    [InlineData("00000000", "10.192.0.0/20")]
    [InlineData("ffffffff", "10.255.240.0/20")]
    public void Pod_networks_lie_in_one_private_range(string id, string subnet) => Assert.Equal(subnet, LabPlan.Subnet(id));

    [Fact]
    public void Every_process_is_started_with_options_that_its_command_takes()
    {
        var spec = LabPlan.Choose(Layout, 2, existing: null, ["dotnet", "orchestrator.dll"]);
        var units = LabUnit.Of(spec, Layout);
        Assert.Equal(["containerd", "server", "lab-1", "lab-2"], units.Select(unit => unit.Name));
        var root = Orchestrator.Cli.Commands.OrchestratorRoot.Create();
        Assert.All(units.Skip(1), unit => Assert.Empty(root.Parse(unit.Command.Skip(2).ToArray()).Errors));
    }

    [Fact]
    public void Agents_wait_for_their_credentials()
    {
        var spec = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        Assert.Equal("/srv/lab/credentials/lab-1/kubeconfig", LabUnit.Of(spec, Layout)[^1].RequiredFile);
    }
}
