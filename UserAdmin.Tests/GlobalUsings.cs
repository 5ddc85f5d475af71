global using UserAdmin.Core.Roles;
global using UserAdmin.Tests.Support;
global using Xunit;
global using static UserAdmin.Tests.Support.Cast;

// What the portal writes to the console stands beside a failed test, not between the others.
[assembly: CaptureConsole]
