using Orchestrator.Cli.Lab;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Lab;

/// <summary>A lab that is taken down is gone; one whose supervisor was killed is adopted first.</summary>
public sealed class LabDownTests
{
    [Fact]
    public async Task Nothing_is_left_of_a_lab_that_lost_its_supervisor_and_was_taken_down()
    {
        var layout = LabFixture.NewLayout();
        await LabFixture.UpAsync(layout, nodes: 1);
        var spec = LabSpec.Read(layout)!;
        var server = Orchestrator.Cli.Lab.Processes.ProcessIdentity.Read(layout.ProcessFile("server"));

        await Shell.RunAsync("kill", ["-9", LabState.SupervisorOf(layout)!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(LabState.SupervisorOf(layout) is null), "the supervisor's end");
        await LabFixture.UpAsync(layout, nodes: 1);
        Assert.Equal(server, Orchestrator.Cli.Lab.Processes.ProcessIdentity.Read(layout.ProcessFile("server")));

        var manifest = Path.Combine(layout.Root, "pod.yaml");
        await File.WriteAllTextAsync(manifest, SampleManifest.Pod("left", runtimeClass: null, "86331"));
        var (exitCode, output, errors) = await LabFixture.OrchestratorAsync("lab", "up", "--dir", layout.Root, "--apply", manifest);
        Assert.True(exitCode == 0, output + errors);
        Assert.Single(RunningProcess.Find("sleep", "86331"));

        (exitCode, output, errors) = await LabFixture.OrchestratorAsync("lab", "down", "--purge", "--dir", layout.Root);
        Assert.True(exitCode == 0, output + errors);
        Assert.Empty(await new LabLeftovers(layout, spec, TimeProvider.System).FindAsync(CancellationToken.None));
        Assert.Empty(RunningProcess.Find("sleep", "86331"));
        Assert.False(Directory.Exists(layout.Root));
    }
}
