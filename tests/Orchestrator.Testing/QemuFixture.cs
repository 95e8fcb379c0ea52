using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using k8s.Models;

namespace Orchestrator.Testing;

/// <summary>
/// A place for virtual machines of tests: an image store with a busybox image, and a guest kernel that is prepared once per user of the machine.
/// </summary>
public sealed class QemuFixture : IDisposable
{
    public const string Image = "busybox:test";

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new();
    private readonly Lazy<Task> _image;

    public QemuFixture() => _image = new Lazy<Task>(ImportAsync);

    public static string SharedGuestDirectory { get; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "orchestrator", "guest");

    /// <summary>Options of a node of its own.</summary>
    public QemuOptions NewNode(string name) => new()
    {
        NodeName = name,
        RootDirectory = Path.Combine(_directory.Path, name),
        ImageStoreDirectory = Path.Combine(_directory.Path, "images"),
        Guest = new GuestOptions { Directory = SharedGuestDirectory },
        RunDirectory = Path.Combine(_directory.Path, "run"),
        CgroupParent = "orchestrator-tests",
    };

    /// <summary>The runtimes that an agent of that node would have: call it again for what a restarted agent has.</summary>
    public async Task<IReadOnlyList<IPodRuntime>> StartAgentAsync(QemuOptions node)
    {
        await _image.Value;
        return QemuRuntimes.Create(node, _http, TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <summary>A pod of one container, as the API would have defaulted it.</summary>
    public static V1Pod NewPod(params string[] command) => new()
    {
        Metadata = new V1ObjectMeta { Name = "machine", NamespaceProperty = "default", Uid = Guid.NewGuid().ToString() },
        Spec = new V1PodSpec
        {
            RestartPolicy = "Never",
            Containers = [new V1Container { Name = "main", Image = Image, Command = command, ImagePullPolicy = "IfNotPresent", Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("128Mi"), ["cpu"] = new("1") } } }],
        },
    };

    public void Dispose()
    {
        _http.Dispose();
        _directory.Dispose();
    }

    private async Task ImportAsync()
    {
        var root = _directory.Sub("busybox");
        await BusyboxRoot.CreateAsync(root, "/bin/busybox", CancellationToken.None);
        var archive = Path.Combine(_directory.Path, "busybox.tar");
        await using (var output = File.Create(archive))
        {
            await ImageBuilder.BuildAsync(new ImageRecipe(ImageReference.Parse(Image), root) { Command = ["sh"] }, output, CancellationToken.None);
        }

        await using var input = File.OpenRead(archive);
        await new ImageArchive(new ImageStore(Path.Combine(_directory.Path, "images"), TimeProvider.System)).ImportAsync(input, null, CancellationToken.None);
    }
}
