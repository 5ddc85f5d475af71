using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Data;

public class KeyRingTests
{
    [Fact]
    public async Task I01_What_one_server_protects_another_on_the_same_database_reads()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var one = TestPortal.Build(DatabaseProvider.Sqlite, database.ConnectionString, new(), []);
        await using var other = TestPortal.Build(DatabaseProvider.Sqlite, database.ConnectionString, new(), []);

        var secret = ProtectorOf(one).Protect("seed");

        Assert.Equal("seed", ProtectorOf(other).Unprotect(secret));
    }

    [Fact]
    public async Task I01_The_key_ring_in_the_database_is_encrypted_with_the_master_key()
    {
        await using var portal = await TestPortal.StartAsync();
        ProtectorOf(portal.Services).Protect("seed");

        var ring = await portal.Run((UserAdminDbContext db) => db.DataProtectionKeys.Select(key => key.Xml).ToListAsync(TestContext.Current.CancellationToken));

        Assert.All(ring, xml => Assert.DoesNotContain("<value>", xml));
        Assert.All(ring, xml => Assert.Contains("encryptedWithMasterKey", xml));
    }

    [Fact]
    public async Task I01_A_server_with_another_master_key_does_not_start_and_says_why()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = Directory.CreateTempSubdirectory("useradmin-test-keys-").FullName;
        await using (var first = TestPortal.Build(DatabaseProvider.Sqlite, database.ConnectionString, new(), []))
            ProtectorOf(first).Protect("seed");

        var (code, output) = await RealProgram.RunIn(folder, ["--urls", "http://127.0.0.1:0"], ("UserAdmin__Database__ConnectionString", database.ConnectionString));

        Assert.Equal(1, code);
        Assert.Contains("another master key", output);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(folder, "data", "master.key")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        TestFolder.Delete(folder);
    }

    private static IDataProtector ProtectorOf(IServiceProvider services) => services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
