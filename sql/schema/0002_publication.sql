-- one row per thing that was published: part is run, public or catalog; name is the run id, the file's name or 'catalog';
-- sha256 is the checksum of its files. It says where a row of the database came from and whether a source has changed.
CREATE TABLE publication (
    part VARCHAR NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, PRIMARY KEY (part, name)
);
