using Orchestrator.Cli.Lab.Dependencies;

namespace Orchestrator.UnitTests.Lab;

public sealed class DependencyCheckTests
{
    [Fact]
    public void Looks_bare_names_up_in_the_search_path_and_others_as_they_are()
    {
        var check = new DependencyCheck(["/a", "/b"], file => file is "/b/runc" or "/usr/lib/cni/bridge");
        Assert.True(check.IsPresent(Dependency.All.Single(dependency => dependency.Name == "runc")));
        Assert.True(check.IsPresent(Dependency.All.Single(dependency => dependency.Package == "containernetworking-plugins")));
        Assert.Equal(Dependency.All.Count - 2, check.Missing().Count);
    }

    [Fact]
    public void A_bare_machine_lacks_everything_and_has_a_package_for_each()
    {
        var missing = new DependencyCheck([], _ => false).Missing();
        Assert.Equal(Dependency.All, missing);
        Assert.All(missing, dependency => Assert.Matches("^[a-z0-9.+-]+$", dependency.Package));
    }
}
