using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>A folder for the keys and checkpoints of one portal: the portal's own check looks at every checkpoint in its file.</summary>
internal sealed class OwnFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("useradmin-test-audit-").FullName;

    public static Task<TestPortal> StartAsync(string folder, DatabaseProvider provider = DatabaseProvider.Sqlite) =>
        TestPortal.StartAsync(provider, ("Audit:KeyFolder", Path.Combine(folder, "keys")), ("Audit:CheckpointFile", Path.Combine(folder, "checkpoints.txt")));

    public void Dispose() => TestFolder.Delete(Folder);
}
