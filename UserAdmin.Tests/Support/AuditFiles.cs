namespace UserAdmin.Tests.Support;

/// <summary>Where the keys and checkpoints of tests are that say no folder of their own. The files are named after their keys, so databases don't meet in it.</summary>
internal static class AuditFiles
{
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-audit-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestFolder.Delete(folder);
        return folder;
    });

    public static string Keys => Path.Combine(Folder.Value, "keys");

    public static string Checkpoints => Path.Combine(Folder.Value, "checkpoints.txt");
}
