"""What the pages share: language, database handle, blocks of layout. The only room that knows Streamlit."""
